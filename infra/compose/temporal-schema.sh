#!/bin/sh
# Make or update both databases of the Temporal server. Repeatable: what is there stays.
set -eu
for name in temporal temporal_visibility; do
  folder=${name#temporal_}
  tool="temporal-sql-tool --plugin postgres12 --ep postgresql --port 5432 --user temporal --db $name"
  $tool create
  $tool setup-schema --version 0.0
  $tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
