-- One row: who would enter and leave one audience, as people (told by their records) and as profile ids.
-- reads: people_before, people_after (record_id, profile_id), members_before, members_after (profile_id, reason)
with records as (

    select
        record_id,
        people_before.profile_id as profile_before,
        people_after.profile_id as profile_after,
        people_before.profile_id in (select profile_id from members_before) as was_member,
        people_after.profile_id in (select profile_id from members_after) as is_member
    from people_before
    full join people_after using (record_id)

),

entering as (

    select profile_id, reason
    from members_after
    where profile_id not in (select profile_after from records where was_member and profile_after is not null)

),

leaving as (

    select profile_id, reason
    from members_before
    where profile_id not in (select profile_before from records where is_member and profile_before is not null)

),

final as (

    select
        (select count(*) from members_before) as members_before,
        (select count(*) from members_after) as members_after,
        (select count(*) from entering) as entering,
        (select count(*) from leaving) as leaving,
        (select count(*) from members_after
            where profile_id not in (select profile_id from members_before)) as ids_added,
        (select count(*) from members_before
            where profile_id not in (select profile_id from members_after)) as ids_removed,
        (select list(shown order by shown.profile_id)
            from (from entering order by profile_id limit $examples) as shown) as entering_examples,
        (select list(shown order by shown.profile_id)
            from (from leaving order by profile_id limit $examples) as shown) as leaving_examples

)

select * from final
