-- One row per record: what is compared between records, in one spelling (lower case, no accents, no punctuation).
-- reads: records (RECORDS), name_roots (name, roots); needs the macro of name_sound.sql
with untitled as (
    -- A title is no name. Alone, what may be initials as well (MR, DR, MS, MW) is left as it is.
    select * replace (
        regexp_replace(
            regexp_replace(
                given_name,
                '(?i)^(\s*(mr|mrs|ms|miss|mister|dr|drs|prof|professor|sir|lord|lady|dame|rev|reverend|dhr|heer|mevr'
                || '|mevrouw|mw|ir|ing|herr|frau|fraulein|mme|mlle|madame|mademoiselle|monsieur)(\.\s*|\s+))+(\S)', '\4'
            ),
            '(?i)^\s*(mrs|miss|mister|drs|prof|professor|sir|lord|lady|rev|reverend|dhr|heer|mevr|mevrouw|herr|frau'
            || '|fraulein|mme|mlle|madame|mademoiselle|monsieur)\.?\s*$', ''
        ) as given_name
    )
    from records
),

spelled as (
    select
        * replace (
            trim(regexp_replace(lower(strip_accents(given_name)), '[^\p{L}]+', ' ', 'g')) as given_name,
            trim(regexp_replace(lower(strip_accents(family_name)), '[^\p{L}]+', ' ', 'g')) as family_name
        ),
        lower(strip_accents(given_name)) as spelled_name
    from untitled
),

cleaned as (
    select
        record_id,
        -- "Jr" says which of two people of one name is meant, and is no part of the name.
        nullif(trim(regexp_replace(given_name, '(\S) (jr|junior|ii|iii|iv|sr|senior)$', '\1')), '') as given_words,
        -- A name with a hyphen is one name: what stands behind a space is a second.
        nullif(
            regexp_replace(
                regexp_replace(
                    regexp_extract(spelled_name, '^\s*\S+\s+(.*)$', 1), '\b(jr|junior|ii|iii|iv|sr|senior)\.?\s*$', ''
                ),
                '[^\p{L}]+', '', 'g'
            ), ''
        ) as second_name,
        nullif(trim(regexp_replace(family_name, '(\S) (jr|junior|ii|iii|iv|sr|senior)$', '\1')), '') as family_words,
        regexp_extract(
            coalesce(given_name, '') || '|' || coalesce(family_name, '') || '|',
            ' (jr|junior|ii|iii|iv|sr|senior)\|', 1
        ) as generation_word,
        nullif(lower(gender), 'other') as gender,
        cast(birth_date as varchar) as birth_date,
        -- What is written to an office is read by many: such an address says as little as none.
        case when not regexp_matches(
            lower(email),
            '^(info|admin|administratie|administration|office|kantoor|buero|sales|verkoop|vente|contact|kontakt|mail'
            || '|post|support|service|services|klantenservice|kundenservice|helpdesk|webmaster|postmaster|reception'
            || '|receptie|team|hello|hallo|accounts|billing|facturen|rechnung|orders|bestelling|bestellingen|jobs|hr'
            || '|enquiries|inquiries|marketing|secretariaat|secretary)@'
        ) then nullif(trim(lower(email)), '') end as email,
        nullif(regexp_replace(phone, '[^0-9+]', '', 'g'), '') as phone,
        -- The flat or floor in a house is no house number.
        nullif(
            trim(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(lower(strip_accents(street)), '[^\p{L}0-9]+', ' ', 'g'),
                        '\b(suite|ste|apt|apartment|unit|flat|floor|room|rm|bldg|bld|building) [0-9]+[a-z]?\b', '', 'g'
                    ),
                    '(stra(ss|ß)e|straat)\b', 'str', 'g'
                )
            ), ''
        ) as street_words,
        nullif(regexp_replace(lower(house_number), '[^a-z0-9]', '', 'g'), '') as house_number,
        nullif(regexp_replace(lower(postcode), '[^a-z0-9]', '', 'g'), '') as postcode,
        nullif(regexp_replace(lower(strip_accents(city)), '[^\p{L}]+', '', 'g'), '') as city,
        user_id,
        loyalty_id,
        crm_id
    from spelled
),

-- Surname particles are written, left out and put elsewhere at will: "Anna van den Berg", "Berg, A. v.d.".
surname_parts as (
    select
        *,
        list_filter(
            string_split(family_words, ' '),
            lambda part: part not in (
                'van', 'von', 'vom', 'vd', 'v', 'd', 'de', 'der', 'den', 'het', 't', 'te', 'ter', 'ten', 'op', 'in',
                'la', 'le', 'les', 'du', 'des', 'di', 'da', 'do', 'dos', 'del', 'della', 'el', 'al', 'bin', 'ibn',
                'zu', 'zum', 'zur', 'und', 'e', 'y'
            )
        ) as family_parts,
        -- The usual abbreviations.
        array_to_string(
            list_transform(
                string_split(street_words, ' '),
                lambda word: case word
                    when 'street' then 'st' when 'road' then 'rd' when 'avenue' then 'ave' when 'av' then 'ave'
                    when 'lane' then 'ln' when 'drive' then 'dr' when 'boulevard' then 'blvd' when 'place' then 'pl'
                    when 'court' then 'ct' when 'square' then 'sq' when 'terrace' then 'ter' when 'highway' then 'hwy'
                    when 'parkway' then 'pkwy' when 'circle' then 'cir' when 'saint' then 'st' when 'north' then 'n'
                    when 'south' then 's' when 'east' then 'e' when 'west' then 'w' else word
                end
            ), ' '
        ) as short_street
    from cleaned
),

final as (
    select
        surname_parts.record_id,
        replace(given_words, ' ', '') as given_name,
        split_part(given_words, ' ', 1) as first_name,
        name_sound(split_part(given_words, ' ', 1)) as first_name_sound,
        second_name,
        -- Letters that stand where a name stood ("J. R.") are initials.
        coalesce(name_roots.roots, [split_part(given_words, ' ', 1)]) as first_name_roots,
        coalesce(nullif(array_to_string(family_parts, ''), ''), replace(family_words, ' ', '')) as family_name,
        replace(family_words, ' ', '') as whole_family_name,
        case when len(family_parts) > 1 then family_parts end as family_parts,
        case
            when generation_word in ('sr', 'senior') then 'senior'
            when generation_word in ('jr', 'junior', 'ii') then 'junior'
            when generation_word <> '' then generation_word
        end as generation,
        birth_date,
        gender,
        email,
        case when length(split_part(email, '@', 1)) >= 4 then split_part(email, '@', 1) end as email_local_part,
        -- Of the name in the address: where initials stand.
        left(regexp_replace(split_part(email, '@', 1), '[^a-z]', '', 'g'), 1) as email_first_letter,
        right(regexp_replace(split_part(email, '@', 1), '[^a-z]', '', 'g'), 1) as email_last_letter,
        phone,
        nullif(replace(regexp_replace(short_street, '\b[0-9]+[a-z]?\b', '', 'g'), ' ', ''), '') as street,
        coalesce(house_number, nullif(regexp_extract(street_words, '\b[0-9]+[a-z]?\b'), '')) as house_number,
        postcode,
        city,
        user_id,
        loyalty_id,
        crm_id,
        right(crm_id, 2) as crm_id_end,
        -- A person has one such number; of customer numbers there may be several.
        nullif(regexp_extract(crm_id, '^(social security|national id|passport|driving licence) ', 1), '') as document
    from surname_parts
    left join name_roots on name_roots.name = split_part(surname_parts.given_words, ' ', 1)
)

select
    * exclude (whole_family_name),
    -- What stands before the @ where it is made of the name alone: of namesakes it is the same.
    case
        when regexp_replace(email_local_part, '[._-]', '', 'g') in (
            given_name, first_name, family_name, whole_family_name,
            first_name || family_name, family_name || first_name,
            first_name || whole_family_name, whole_family_name || first_name,
            left(first_name, 1) || family_name, family_name || left(first_name, 1),
            left(first_name, 1) || whole_family_name, whole_family_name || left(first_name, 1)
        ) then email_local_part
    end as email_name,
    -- Beside a II, an I is the first; it may be an initial as well, and is then beside nobody who is junior.
    coalesce(generation, case when second_name = 'i' then 'senior' end) as generation_read,
    street || ' ' || house_number as address,
    coalesce(postcode || ' ' || house_number, street || ' ' || house_number) as home
from final
order by record_id
