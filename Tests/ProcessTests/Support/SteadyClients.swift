import Foundation

/// Clients that ask without a pause until they are told to stop, and note each answer that is neither right nor an
/// honest "not now".
///
/// SAFETY: `@unchecked Sendable` since the lock guards what changes.
final class SteadyClients: @unchecked Sendable {
  struct Tally: CustomStringConvertible {
    /// The right customer, or the right page.
    var right = 0
    /// 503 with `Retry-After`.
    var refused = 0
    /// Anything else, in words.
    var wrong: [String] = []
    /// Milliseconds.
    var longest = 0.0

    var description: String {
      "\(right) right, \(refused) refused, \(wrong.count) wrong, \(Int(longest)) ms at most"
        + (wrong.isEmpty ? "" : ": \(Set(wrong).prefix(5))")
    }
  }

  private let port: Int
  private let rows: Int
  private let pages: Bool
  private let lock = NSLock()
  private let group = DispatchGroup()
  private var current = Tally()
  private var isStopping = false

  /// Clients of a server whose customers have the ids from 1 to `rows`. One request in five is for a page, unless
  /// `pages` is false.
  init(port: Int, rows: Int, count: Int, pages: Bool = true) {
    self.port = port
    self.rows = rows
    self.pages = pages
    for index in 0..<count {
      group.enter()
      Thread.detachNewThread { [self] in
        run(index)
        group.leave()
      }
    }
  }

  var tally: Tally { lock.withLock { current } }

  /// Lets each finish its request.
  func stop() -> Tally {
    lock.withLock { isStopping = true }
    group.wait()
    return tally
  }

  private func run(_ index: Int) {
    var kept: ClientConnection?
    var number = index
    while !lock.withLock({ isStopping }) {
      number += 7
      let id = number % rows + 1
      let asksForPage = pages && number % 5 == 0
      do {
        var answer: Response?
        let time = try milliseconds {
          let connection = try kept ?? ClientConnection(port: port, patience: 60)
          kept = connection
          let target = asksForPage ? "/customers?previous_id=\(id - 1)&records=50" : "/customer/\(id)"
          try connection.send(RunningServer.request("GET", target))
          answer = try connection.answer()
        }
        guard let answer else { continue }
        let problem = try fault(answer, id: id, asksForPage)
        lock.withLock {
          current.longest = max(current.longest, time)
          if let problem {
            current.wrong.append(problem)
          } else if answer.status == 200 {
            current.right += 1
          } else {
            current.refused += 1
          }
        }
        // One that is refused waits for a moment, as a client does.
        if answer.status == 503 { usleep(5000) }
      } catch {
        kept = nil
        lock.withLock { current.wrong.append("\(error)") }
        usleep(20_000)
      }
    }
  }

  private func fault(_ answer: Response, id: Int, _ asksForPage: Bool) throws -> String? {
    switch answer.status {
    case 503: return answer["Retry-After"] == nil ? "503 without Retry-After" : nil
    case 200 where asksForPage:
      let expected = (id...min(id + 49, rows)).map { Int64($0) }
      return try answer.identifiers() == expected ? nil : "another page than was asked for"
    case 200:
      return answer.text.hasPrefix(#"{"customer_id":\#(id),"#) ? nil : "another customer than was asked for"
    default: return "\(answer.status): \(answer.text)"
    }
  }
}
