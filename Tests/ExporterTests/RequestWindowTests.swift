import Testing

@testable import Exporter

/// What comes in, and how many requests may be in flight after it.
@Suite struct RequestWindowTests {
  private enum Event {
    /// As many requests as are let through.
    case send
    case page
    case busy(UInt64?)
    case broken
    /// So many milliseconds pass.
    case wait(UInt64)
  }

  /// Answers come in the order of the requests. Gives limit and requests in flight after each event.
  private func transcript(most: Int, _ events: [Event]) -> [String] {
    var window = RequestWindow(most: most)
    var permits: [RequestWindow.Permit] = []
    var now: UInt64 = 1000
    return events.map { event in
      switch event {
      case .send: while let permit = window.admit(at: now) { permits.append(permit) }
      case .page: window.ended(permits.removeFirst(), .answered, at: now)
      case .busy(let after): window.ended(permits.removeFirst(), .pushedBack(retryAfter: after), at: now)
      case .broken: window.ended(permits.removeFirst(), .otherwise, at: now)
      case .wait(let time): now += time
      }
      return "\(window.inFlight)/\(window.limit)"
    }
  }

  @Test func allAreLetThroughAsLongAsNothingIsTheMatter() {
    #expect(
      transcript(most: 3, [.send, .page, .page, .broken, .send]) == ["3/3", "2/3", "1/3", "0/3", "3/3"])
  }

  @Test func aWaveOfRefusalsHalvesOnce() {
    #expect(
      transcript(most: 8, [.send, .busy(nil), .busy(nil), .busy(nil), .send, .page, .page, .page, .page])
        == ["8/8", "7/4", "6/4", "5/4", "5/4", "4/4", "3/4", "2/4", "1/4"])
  }

  @Test func eachFurtherWaveHalvesAgainDownToOne() {
    #expect(
      transcript(
        most: 5,
        [.send, .busy(nil), .page, .page, .page, .page, .send, .busy(nil), .page, .send, .busy(nil), .send])
        == ["5/5", "4/2", "3/2", "2/2", "1/2", "0/2", "2/2", "1/1", "0/1", "1/1", "0/1", "1/1"])
  }

  @Test func pagesLetItGrowBackToTheWhole() {
    var window = RequestWindow(most: 8)
    let first = window.admit(at: 0)
    if let first { window.ended(first, .pushedBack(retryAfter: nil), at: 0) }
    #expect(window.limit == 4)
    var limits: [Int] = []
    for _ in 0..<40 {
      guard let permit = window.admit(at: 0) else { break }
      window.ended(permit, .answered, at: 0)
      limits.append(window.limit)
    }
    // One more for as many pages as it is wide: after 4, 5, 6 and 7 of them.
    #expect(
      limits == Array(repeating: 4, count: 3) + Array(repeating: 5, count: 5)
        + Array(repeating: 6, count: 6) + Array(repeating: 7, count: 7) + Array(repeating: 8, count: 19))
  }

  @Test func nothingIsSentBeforeTheServersTime() {
    #expect(
      transcript(
        most: 4,
        [
          .send, .busy(500), .page, .send, .wait(499), .send, .busy(200), .wait(1), .send, .wait(198), .send,
          .wait(1),
          .send,
        ])
        == [
          "4/4", "3/2", "2/2", "2/2", "2/2", "2/2", "1/2", "1/2", "1/2", "1/2", "1/2", "1/2", "2/2",
        ])
  }
}
