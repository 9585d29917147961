"""Products in and out as tables: CSV, XLSX and JSON, with an error for each cell and nothing half taken."""
