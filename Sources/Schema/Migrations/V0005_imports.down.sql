DROP TABLE import_findings, imports;
