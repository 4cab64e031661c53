import Postgres
import Testing

@testable import Generator

@Suite struct OutageTests {
  @Test func pausesGrowAndEndWithThePatience() {
    var outage = Outage(limit: 10_000)
    #expect(!outage.isOn)
    var now: UInt64 = 50_000
    var pauses: [UInt64] = []
    while let pause = outage.failed(now: now) {
      #expect(outage.isOn)
      pauses.append(pause)
      now += pause
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 2000, 2000, 2000])
    #expect(outage.failed(now: now) == nil)
  }

  /// A chunk that arrives is the end of it; what lies between two outages does not count.
  @Test func aChunkEndsIt() {
    var outage = Outage(limit: 1000)
    #expect(outage.failed(now: 0) == 100)
    #expect(outage.failed(now: 900) == nil)
    outage.end()
    #expect(!outage.isOn)
    #expect(outage.failed(now: 1_000_000) == 100)
    #expect(outage.failed(now: 1_000_700) == 200)
  }

  @Test func withoutPatienceNothingIsWaitedFor() {
    var outage = Outage(limit: 0)
    #expect(outage.failed(now: 5) == nil)
  }
}
