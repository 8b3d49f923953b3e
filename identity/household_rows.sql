-- What a household is called and where it lives: the surnames of its people, and the address most of them have.
-- reads: members (household_id, profile_id), profiles (PROFILES)
with people as (
    select members.household_id, profiles.*
    from members
    inner join profiles using (profile_id)
),

addresses as (
    select
        household_id,
        struct_pack(street, house_number, postcode, city, country_code) as address,
        count(*) as people,
        max(last_seen) as last_seen
    from people
    where house_number is not null and coalesce(postcode, street) is not null
    group by all
),

homes as (
    select household_id, arg_max(address, (people, last_seen, address::varchar)) as home
    from addresses
    group by household_id
),

final as (
    select
        people.household_id,
        count(*) as people,
        coalesce(list_sort(list(distinct people.family_name) filter (where people.family_name is not null)), [])
            as surnames,
        any_value(homes.home.street) as street,
        any_value(homes.home.house_number) as house_number,
        any_value(homes.home.postcode) as postcode,
        any_value(homes.home.city) as city,
        any_value(homes.home.country_code) as country_code
    from people
    left join homes using (household_id)
    group by people.household_id
)

select * from final
order by household_id
