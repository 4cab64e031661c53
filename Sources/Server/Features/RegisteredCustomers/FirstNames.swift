import HTTP
import Postgres

/// The ids of first names, which are added where they are new and never change: a loop remembers those that it met.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class FirstNames: @unchecked Sendable {
  private let writes: Writes
  private var known: [String: Int64] = [:]

  /// Names that are remembered; beyond that it begins anew.
  private static let capacity = 4096

  init(_ writes: Writes) { self.writes = writes }

  /// The id of `name`.
  func id(of name: String?) async throws -> Int64? {
    guard let name else { return nil }
    if let id = known[name] { return id }
    // Nobody's row is found while another one adds it; the one after that sees it.
    for _ in 0..<3 {
      let rows = try await writes.run(RegisteredCustomerQueries.firstname, [.text(name)])
      guard let id = rows.count > 0 ? rows.integer(0, 0) : nil else { continue }
      if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
      known[name] = id
      return id
    }
    throw Problem.unavailable("others write the same first name; try again")
  }

  /// Forgets `name`, whose row somebody has removed.
  func forget(_ name: String?) {
    if let name { known[name] = nil }
  }
}
