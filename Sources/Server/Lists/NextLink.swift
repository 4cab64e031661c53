import HTTP
import Postgres

extension PageWindow {
  /// `Link: rel="next"` (RFC 8288), which goes on behind the last row that is shown; nothing if there are no more.
  ///
  /// - Parameters:
  ///   - path: of the list.
  ///   - rows: one more than are shown if there are more; their first column is the key.
  ///   - filters: arguments that choose the rows, encoded.
  func links(to path: String, _ rows: Rows, filters: String = "") -> [Header] {
    guard rows.count > limit, let last = rows.integer(Int(limit) - 1, 0) else { return [] }
    return [Header("Link", "<\(path)?\(filters)limit=\(limit)&after=\(last)>; rel=\"next\"")]
  }
}
