{#- A var that is a list of words, as a SQL list in lower case. -#}
{% macro words(list_var) -%}
    ({% for word in var(list_var) %}'{{ word | lower | replace("'", "''") }}'{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}
