-- What each identifier value may do, from how many people stand behind it.
-- reads: pairs (record_id, type, value), people_columns (comparison_columns.sql), blocked (type, value, rule),
--        limits (type, max_people); needs the macros of agreement.sql
with holders as (
    select distinct type, value, record_id
    from pairs
),

counts as (
    select type, value, count(*) as records
    from holders
    group by type, value
),

descriptions as (
    select distinct
        holders.type,
        holders.value,
        {
            'first_name': people_columns.first_name,
            'roots': people_columns.first_name_roots,
            'family_name': people_columns.family_name,
            'birth_date': people_columns.birth_date,
            'user_id': people_columns.user_id,
            'loyalty_id': people_columns.loyalty_id,
            'crm_id': people_columns.crm_id
        } as person
    from holders
    inner join counts using (type, value)
    inner join people_columns using (record_id)
    where counts.records > 1
),

-- The most complete description stands first, so that "J. Jansen" is held against "Jan Jansen, 1970-01-02".
ranked as (
    select
        *,
        row_number() over (
            partition by type, value
            order by
                (person.first_name is null)::int + (person.birth_date is null)::int + (person.family_name is null)::int
                    + (person.user_id is null and person.loyalty_id is null and person.crm_id is null)::int,
                coalesce(length(person.first_name), 0) < 2,
                person.first_name, person.family_name, person.birth_date,
                person.user_id, person.loyalty_id, person.crm_id
        ) as place,
        count(*) over (partition by type, value) as descriptions
    from descriptions
),

-- A description that agrees with none before it is one more person.
not_new as (
    select distinct later.type, later.value, later.place
    from ranked as later
    inner join ranked as earlier
        on later.type = earlier.type and later.value = earlier.value and later.place > earlier.place
    where
        later.descriptions <= $max_descriptions
        and people_agree(later.person, earlier.person)
),

few as (
    select ranked.type, ranked.value, count(*) as people
    from ranked
    anti join not_new using (type, value, place)
    where ranked.descriptions <= $max_descriptions
    group by ranked.type, ranked.value
),

-- Comparing each with each would stall on a value that thousands carry; there, distinct person keys will do.
many as (
    select
        type,
        value,
        greatest(
            count(distinct person.roots[1] || '|' || coalesce(person.birth_date, person.family_name, '')),
            count(distinct case when person.first_name is null then
                coalesce(person.user_id, person.loyalty_id, person.crm_id) end)
        ) as people
    from ranked
    where descriptions > $max_descriptions
    group by type, value
),

-- A browser in a shop on which people leave nothing but an e-mail address: nobody has a name, and yet it is shared.
addresses as (
    select holders.type, holders.value, count(distinct emails.value) as emails
    from holders
    inner join counts using (type, value)
    inner join holders as emails on holders.record_id = emails.record_id and emails.type = 'email'
    anti join blocked as blocked_emails on emails.type = blocked_emails.type and emails.value = blocked_emails.value
    where counts.records > 1 and holders.type in ('anonymous_id', 'device_id', 'payment_token', 'phone')
    group by holders.type, holders.value
),

people as (
    select
        counts.type,
        counts.value,
        counts.records,
        greatest(
            coalesce(few.people, many.people, 1),
            coalesce(addresses.emails, 0) - $emails_per_person + 1
        ) as people
    from counts
    left join few using (type, value)
    left join many using (type, value)
    left join addresses using (type, value)
),

final as (
    select
        people.type,
        people.value,
        people.records,
        people.people,
        case
            when blocked.rule is not null then 'junk'
            when people.records > $junk_records and people.people > $junk_people then 'junk'
            when people.people > coalesce(limits.max_people, $default_max_people) then 'shared'
            else 'ok'
        end as state,
        case
            when blocked.rule is not null then blocked.rule
            when people.records > $junk_records and people.people > $junk_people
                then 'more than ' || $junk_records || ' records and ' || $junk_people || ' people'
            when people.people > coalesce(limits.max_people, $default_max_people)
                then 'more people than the limit of ' || coalesce(limits.max_people, $default_max_people)
            else 'within limits'
        end as rule
    from people
    left join blocked using (type, value)
    left join limits using (type)
)

select * from final
order by type, value
