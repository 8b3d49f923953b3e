{#- "1 purchase", "9 purchases": a count and its noun. -#}
{% macro counted(number, noun) -%}
    ({{ number }} || ' {{ noun }}' || case when {{ number }} = 1 then '' else 's' end)
{%- endmacro %}

{#- A moment as its date in UTC, 2026-01-03. -#}
{% macro day(moment) -%}
    strftime({{ moment }} at time zone 'UTC', '%Y-%m-%d')
{%- endmacro %}

{#- An amount with two decimals and its currency, "812.40 EUR". -#}
{% macro money(amount, currency) -%}
    (({{ amount }})::decimal(18, 2)::varchar || ' ' || {{ currency }})
{%- endmacro %}
