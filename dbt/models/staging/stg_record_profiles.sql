with record_profiles as (

    select * from {{ source('identity', 'record_profiles') }}

),

final as (

    select
        record_id,
        source,
        source_record_id,
        profile_id
    from record_profiles

)

select * from final
