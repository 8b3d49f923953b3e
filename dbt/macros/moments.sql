{#- The moment that everything is computed for. A run says it, so that the same input gives the same rows for ever. -#}
{% macro as_of() -%}
    '{{ var("as_of") }}'::timestamptz
{%- endmacro %}

{#- The moment a number of days (24 hours each) before as_of; the number is a var. -#}
{% macro days_before(days_var) -%}
    ({{ as_of() }} - to_days({{ var(days_var) | int }}))
{%- endmacro %}
