CREATE VIEW mesh.freshness WITH (security_barrier) AS
    SELECT s.domain, s.source_name, s.table_name, f.status, f.max_loaded_at, f.snapshotted_at, f.snapshotted_at - f.max_loaded_at AS age,
           s.warn_after, s.error_after, f.message, f.checked_by
    FROM mesh.source_registry s
    LEFT JOIN LATERAL (SELECT h.status, h.max_loaded_at, h.snapshotted_at, h.message, h.checked_by FROM mesh.freshness_history h
                       WHERE h.domain = s.domain AND h.source_name = s.source_name AND h.table_name = s.table_name
                       ORDER BY h.snapshotted_at DESC LIMIT 1) f ON true
    WHERE s.loaded_at IS NOT NULL AND s.domain IN (SELECT name FROM mesh.seen_domains);
COMMENT ON VIEW mesh.freshness IS 'The last result of mesh.source_freshness() for each source of your domains that has loaded_at.';
COMMENT ON COLUMN mesh.freshness.status IS 'pass, warn, error, or runtime error when it could not be read; null: never looked.';
COMMENT ON COLUMN mesh.freshness.max_loaded_at IS 'When its newest row was loaded; null when it had no rows.';
COMMENT ON COLUMN mesh.freshness.snapshotted_at IS 'When mesh.source_freshness() looked.';
COMMENT ON COLUMN mesh.freshness.age IS 'How old the newest row was then; it is older by now.';
COMMENT ON COLUMN mesh.freshness.checked_by IS 'Who called mesh.source_freshness().';
GRANT SELECT ON mesh.freshness TO PUBLIC;
