-- How a cleaned name sounds, more or less: name_sound of names.py as a macro.
create or replace temp macro name_sound(name) as (
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        translate(replace(name, 'ph', 'f'), 'zcqywh', 'skkiv'),
        'ie', 'i'), 'kk', 'k'), 'll', 'l'), 'nn', 'n'), 'tt', 't'), 'ss', 's'), 'rr', 'r'), 'mm', 'm'), 'aa', 'a'),
        'ee', 'e'), 'oo', 'o'), 'ii', 'i')
);
