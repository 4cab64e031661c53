import Postgres

/// The SQL of the watermark feature.
enum WatermarkQueries {
  /// Where the sequence stands, and the highest row, which somebody may have given an id above that. A standby shows no locks of its primary. A sequence that hands out ids in advance, or
  /// not upwards, tells nothing by its last value.
  static let position = PreparedStatement(
    "watermark_position",
    """
    SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
      pg_relation_filenode('customers_customer_id_seq'::regclass)::bigint,
      CASE WHEN is_called THEN last_value ELSE last_value - 1 END,
      (SELECT coalesce(max(customer_id), 0) FROM customers),
      pg_is_in_recovery(),
      (SELECT seqcache = 1 AND seqincrement > 0 AND NOT seqcycle FROM pg_sequence
        WHERE seqrelid = 'customers_customer_id_seq'::regclass)
    FROM customers_customer_id_seq
    """)

  /// Who has drawn an id or written a row and has not ended. An id that is waited for is not drawn, so only locks
  /// that are held count. A prepared transaction has no process.
  static let holders = PreparedStatement(
    "watermark_holders",
    """
    SELECT DISTINCT virtualtransaction, pid IS NULL FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation IN ('customers'::regclass, 'customers_customer_id_seq'::regclass)
    """)

  /// Loads that give their rows ids of their own, which no sequence knows of, the first id that one of them still has
  /// to fill, and the last one.
  static let loads = PreparedStatement(
    "watermark_loads",
    """
    SELECT count(*), min(first_id
      + coalesce(lower(int8multirange(int8range(0, last_id - first_id, '[]')) - finished), last_id - first_id)),
      max(last_id)
    FROM loads WHERE finished_at IS NULL
    """)
}
