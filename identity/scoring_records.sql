-- Records as scoring sees them: without values that are nobody's.
-- reads: records (RECORDS), junk (type, value)
select records.* replace (
    case when junk_emails.value is null then records.email end as email,
    case when junk_phones.value is null then records.phone end as phone,
    case when junk_numbers.value is null then records.crm_id end as crm_id
)
from records
left join junk as junk_emails on junk_emails.type = 'email' and junk_emails.value = records.email
left join junk as junk_phones on junk_phones.type = 'phone' and junk_phones.value = records.phone
left join junk as junk_numbers on junk_numbers.type = 'crm_id' and junk_numbers.value = records.crm_id
