-- Run as cte_owner in cte_state after each migrate: the four lists that OPI keeps are published by the web processes when they change.
GRANT INSERT, UPDATE, DELETE ON pathways_district, pathways_schoolyear, pathways_pathway, pathways_approval TO cte_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO cte_web;
