import Postgres

/// What the planner of PostgreSQL says of a query, by `EXPLAIN`.
enum QueryPlan {
  /// How many rows it thinks the query has: `… (cost=0.43..8.45 rows=12 width=0)` in the first line.
  static func rows(_ plan: Rows) -> Int64? {
    plan.text(0, 0).flatMap { line in
      line.split(separator: " ").first { $0.hasPrefix("rows=") }.flatMap { Int64($0.dropFirst(5)) }
    }
  }
}
