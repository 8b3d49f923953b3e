-- What makes people live together: one row a rule and what they have in common, with the people.
-- reads: profiles (PROFILES), surnames (profile_id, surname), identifiers (PROFILE_IDENTIFIERS)
with spelled as (
    select
        profile_id,
        nullif(regexp_replace(lower(postcode), '[^a-z0-9]+', '', 'g'), '') as postcode,
        -- "12 a", "12-A" and "12a" are one door; "12-1" and "121" are two.
        nullif(
            regexp_replace(
                trim(regexp_replace(lower(house_number), '[^a-z0-9]+', '-', 'g'), '-'), '([0-9])-([a-z])', '\1\2', 'g'
            ), ''
        ) as house_number,
        nullif(
            regexp_replace(
                regexp_replace(replace(lower(strip_accents(street)), 'ß', 'ss'), '[^\p{L}0-9]+', '', 'g'),
                '(straat|strasse)$', 'str'
            ), ''
        ) as street
    from profiles
),

homes as (
    select
        profile_id,
        case
            -- A Dutch or British postcode is one street or less; elsewhere it is a town.
            when regexp_full_match(postcode, '[0-9]{4}[a-z]{2}|[a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}')
                then postcode || ' ' || house_number
            else postcode || ' ' || street || ' ' || house_number
        end as home
    from spelled
),

known_homes as (
    select *, count(*) over (partition by home) as people
    from homes
    where home is not null
),

-- Where hundreds live or work, an address in common tells nothing; that the others have another address still does.
quiet_homes as (
    select profile_id, home
    from known_homes
    where people <= $max_people_per_address
),

holders as (
    select distinct type, value, profile_id
    from identifiers
    where state <> 'junk' and type in ('email', 'phone', 'anonymous_id', 'device_id', 'payment_token')
),

contacts as (
    select type, value, profile_id
    from holders
    qualify count(*) over (partition by type, value) between 2 and $max_people
),

shared as (
    select 'address_surname' as rule, home, surnames.surname, null as type, null as value, profile_id
    from quiet_homes
    inner join surnames using (profile_id)
    union all
    select 'address_contact', home, null, contacts.type, contacts.value, profile_id
    from quiet_homes
    inner join contacts using (profile_id)
    union all
    select 'contact_surname', known_homes.home, surnames.surname, contacts.type, contacts.value, profile_id
    from contacts
    inner join surnames using (profile_id)
    left join known_homes using (profile_id)
    where contacts.type in ('email', 'phone')
    union all
    select 'address', home, null, null, null, profile_id
    from quiet_homes
    union all
    select 'crowd', home, null, null, null, profile_id
    from known_homes
    where people > $max_people_per_address
),

final as (
    select
        rule,
        list_sort(list(distinct home) filter (where home is not null)) as homes,
        surname,
        type,
        value,
        list_sort(list(distinct profile_id)) as profile_ids
    from shared
    where rule = 'crowd' or list_contains($rules, rule)
    -- A surname and a phone in common may be at home anywhere: the address is no part of what is shared.
    group by rule, case when rule <> 'contact_surname' then home end, surname, type, value
    having count(distinct profile_id) > 1 and (rule <> 'contact_surname' or count(distinct home) <= 1)
)

select * from final
order by rule, homes, surname, type, value
