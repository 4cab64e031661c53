import Foundation

/// Clients that send one request after the other, half of them on connections that they keep, half with a new one
/// each time, until the server refuses them.
///
/// SAFETY: `@unchecked Sendable` since the lock guards the tally.
final class BusyClients: @unchecked Sendable {
  struct Tally {
    var answered = 0
    /// Answers with another status or another customer than was asked for.
    var wrong = 0
    /// Answers that ended before their end.
    var cut = 0
    /// Requests on a connection of their own that never got an answer though the connection was made.
    var lost = 0
    /// Requests on a kept connection that the server had closed meanwhile, as it may between two requests.
    var late = 0
  }

  private let port: Int
  private let lock = NSLock()
  private let group = DispatchGroup()
  private var current = Tally()

  init(port: Int, count: Int) {
    self.port = port
    for index in 0..<count {
      group.enter()
      Thread.detachNewThread { [self] in
        run(keeps: index % 2 == 0)
        group.leave()
      }
    }
  }

  var tally: Tally { lock.withLock { current } }

  /// Waits until the server has turned all of them away.
  func finish() -> Tally {
    group.wait()
    return tally
  }

  private func run(keeps: Bool) {
    var kept: ClientConnection?
    var number = 0
    while true {
      number = number % 1000 + 1
      let isFresh = kept == nil
      guard let connection = try? kept ?? ClientConnection(port: port) else { return }
      do {
        try connection.send(RunningServer.request("GET", "/customer/\(number)"))
        let answer = try connection.answer()
        let isRight = answer.status == 200 && answer.text.hasPrefix(#"{"customer_id":\#(number),"#)
        lock.withLock {
          current.answered += 1
          current.wrong += isRight ? 0 : 1
        }
        kept = keeps && answer["Connection"] != "close" ? connection : nil
      } catch {
        kept = nil
        lock.withLock {
          switch error as? ClientConnection.Failure {
          case .cut: current.cut += 1
          case .silent: current.lost += 1
          default:
            if isFresh { current.lost += 1 } else { current.late += 1 }
          }
        }
      }
    }
  }
}
