with households as (

    select * from {{ source('profiles', 'households') }}

),

final as (

    select
        household_id,
        people,
        surnames,
        street,
        house_number,
        postcode,
        city,
        country_code
    from households

)

select * from final
