-- How one value of a file becomes one value of an event. Every macro gives null for null.

-- 'Z', and a fraction only where there is one.
create or replace temp macro rfc3339(moment) as
    strftime(timezone('UTC', moment), '%Y-%m-%dT%H:%M:%S')
    || case when microsecond(moment) % 1000000 = 0 then '' else strftime(timezone('UTC', moment), '.%f') end
    || 'Z';

-- ISO 8601: an offset is kept, a local time is read in the zone; what is no time stays, so that the contract refuses it.
create or replace temp macro iso_time(written, zone) as
    case
        when regexp_full_match(written, '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)') then written
        when regexp_full_match(trim(written), '\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?')
            then coalesce(rfc3339(timezone(zone, try_cast(trim(written) as timestamp))), written)
        when regexp_matches(written, '^\s*\d{4}-\d{1,2}-\d{1,2}[T ]\d')
            then coalesce(rfc3339(try_cast(trim(written) as timestamptz)), written)
        else written
    end;

-- Seconds (or, with ticks = 1000, milliseconds) since 1970.
create or replace temp macro unix_time(written, ticks) as
    case
        when regexp_full_match(trim(written), '-?\d{1,14}(\.\d{1,6})?')
            then coalesce(
                rfc3339(make_timestamptz(try_cast(trim(written)::decimal(38, 6) * 1000000 / ticks as bigint))), written
            )
        else written
    end;

-- Thousands with a dot and decimals with a comma, as they stand in Dutch and German exports.
create or replace temp macro from_comma(written) as
    case
        when regexp_full_match(trim(written), '[+-]?\d{1,3}(\.\d{3})+(,\d+)?')
            then replace(replace(trim(written), '.', ''), ',', '.')
        when regexp_full_match(trim(written), '[+-]?\d*,\d+') then replace(trim(written), ',', '.')
        else written
    end;

create or replace temp macro without_zeros(number) as
    rtrim(rtrim(number::varchar, '0'), '.');

-- A double that a file wrote with an exponent. Under the ten decimals that sums keep stands what adding and subtracting
-- doubles left over (4.44e-16 for an article given away): it is 0, so that lines and their sum agree.
create or replace temp macro double_text(number) as
    case when isfinite(number) then case when abs(number) < 1e-10 then '0' else number::varchar end end;

-- The JSON number, digit for digit where the file's text is one; null for what is no number.
create or replace temp macro number_text(written) as
    case
        when length(written) > 40 then null
        when regexp_full_match(written, '-?(0|[1-9]\d*)(\.\d+)?') then written
        when regexp_full_match(trim(written), '[+-]?(\d+\.?\d*|\.\d+)')
            then without_zeros(try_cast(trim(written) as decimal(38, 10)))
        when regexp_full_match(trim(written), '[+-]?\d+(\.\d+)?[eE][+-]?\d+')
            then double_text(try_cast(trim(written) as double))
    end;

-- What is no number stays a string, so that the contract refuses it with a reason.
create or replace temp macro number_json(written) as
    coalesce(number_text(written), to_json(written)::varchar);

-- The exact sum over a group; the first value that is no number, where there is one.
create or replace temp macro sum_json(written, place) as
    coalesce(
        to_json(arg_min(written, place) filter (where try_cast(number_text(written) as decimal(38, 10)) is null))::varchar,
        without_zeros(sum(try_cast(number_text(written) as decimal(38, 10))))
    );
