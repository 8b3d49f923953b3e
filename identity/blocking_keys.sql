-- The blocking keys of each record, one row a rule that it can answer. Two records that share a key are compared.
-- A key is a number made of rule and value: numbers join, sort and are stored at a fraction of what texts cost.
-- reads: compared (comparison_columns.sql, and "place", a number per record)
with keys as (
    unpivot (
        select
            place,
            email as "01 e-mail",
            phone as "02 phone",
            family_name || '|' || birth_date as "03 surname and birth date",
            first_name_roots[1] || '|' || birth_date as "04 first name and birth date",
            -- In either order, since the two are swapped at times.
            least(first_name, family_name) || '|' || greatest(first_name, family_name) as "05 first name and surname",
            email_local_part as "06 e-mail before the @",
            postcode || '|' || family_name as "07 postcode and surname",
            postcode || '|' || first_name_roots[1] as "08 postcode and first name",
            postcode || '|' || house_number as "09 postcode and house number",
            address as "10 street and house number",
            left(family_name, 3) || '|' || left(first_name, 2) || '|' || left(birth_date, 4)
                as "11 names' beginnings and birth year",
            birth_date as "12 birth date",
            family_name || '|' || city as "13 surname and city",
            left(family_name, 3) || '|' || left(first_name, 1) || '|' || postcode as "14 names' beginnings and postcode",
            first_name_roots[1] || '|' || left(family_name, 3) as "15 first name and the surname's beginning",
            family_name || '|' || left(first_name, 2) as "16 surname and the first name's beginning",
            street || '|' || first_name_roots[1] as "17 street and first name",
            first_name_roots[1] || '|' || city as "18 first name and city",
            crm_id as "19 customer number"
        from compared
    )
    on columns(* exclude (place))
    into name rule value value
)

-- Without its last bit the number fits a signed one, which is what Arrow passes on everywhere.
select place, rule, (hash(rule, value) >> 1)::bigint as key from keys
