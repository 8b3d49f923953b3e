create temp table file_events (
    n bigint,
    type varchar,
    log_key varchar,
    message_id varchar,
    body varchar,
    digest varchar
)
