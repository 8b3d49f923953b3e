with household_members as (

    select * from {{ source('profiles', 'household_members') }}

),

final as (

    select
        household_id,
        profile_id
    from household_members

)

select * from final
