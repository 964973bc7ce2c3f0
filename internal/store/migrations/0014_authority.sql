-- By what right a decision was taken, beside who took it; unknown of decisions before.
alter table events add column authority text;
