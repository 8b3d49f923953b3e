with profiles as (

    select * from {{ source('profiles', 'profiles') }}

),

final as (

    select
        profile_id,
        given_name,
        family_name,
        birth_date,
        gender,
        street,
        house_number,
        postcode,
        city,
        region,
        country_code,
        email,
        phone,
        records,
        sources,
        events,
        first_seen as first_seen_at,
        last_seen as last_seen_at
    from profiles

)

select * from final
