import Progress
import Testing

@Suite struct ProgressMeterTests {
  /// A meter that went on at `perSecond` for `seconds`, told ten times a second.
  private func steady(_ meter: ProgressMeter, from start: Int = 0, perSecond: Int, seconds: Int)
    -> ProgressMeter
  {
    var meter = meter
    for tick in 1...seconds * 10 {
      meter.record(done: start + perSecond * tick / 10, bytes: perSecond * tick * 50, now: UInt64(tick * 100))
    }
    return meter
  }

  @Test func aLineWithEverything() {
    let meter = steady(
      ProgressMeter(total: 1_000_000, showsBytes: true, now: 0), perSecond: 100_000, seconds: 4)
    #expect(
      meter.line(width: 100, now: 4000)
        == "[##############.....................]  40%  400,000/1,000,000 rows  100k rows/s  50.0 MB/s  ETA 0:06"
    )
  }

  @Test func narrowScreensLoseTheLeastFirst() {
    let meter = steady(
      ProgressMeter(total: 1_000_000, showsBytes: true, now: 0), perSecond: 100_000, seconds: 4)
    #expect(meter.line(width: 62, now: 0) == "40%  400,000/1,000,000 rows  100k rows/s  50.0 MB/s  ETA 0:06")
    #expect(
      meter.line(width: 60, now: 0) == "[##....]  40%  400,000/1,000,000 rows  100k rows/s  ETA 0:06")
    #expect(meter.line(width: 40, now: 0) == "40%  400,000/1,000,000 rows  ETA 0:06")
    #expect(meter.line(width: 10, now: 0) == "40%  400,0")
    #expect(meter.line(width: 0, now: 0) == "")
    #expect(meter.line(width: -1, now: 0) == "")
    for width in 0...200 { #expect(meter.line(width: width, now: 4000).count <= width) }
  }

  @Test func noTotal() {
    let meter = steady(ProgressMeter(now: 0), perSecond: 1000, seconds: 3)
    #expect(meter.line(width: 100, now: 3000) == "3,000 rows  1.00k rows/s  0:03")
  }

  @Test func aKnownPartGivesAnETAWithoutATotal() {
    var meter = steady(ProgressMeter(now: 0), perSecond: 1000, seconds: 3)
    meter.fraction = 0.25
    #expect(meter.line(width: 45, now: 3000) == "25%  3,000 rows  1.00k rows/s  ETA 0:09")
  }

  @Test func theRateFollowsAndAStandstillShows() {
    var meter = steady(ProgressMeter(total: 1_000_000, now: 0), perSecond: 1000, seconds: 10)
    for tick in 1...600 { meter.record(done: 10_000, now: UInt64(10_000 + tick * 100)) }
    #expect(meter.line(width: 45, now: 70_000) == "1%  10,000/1,000,000 rows  0 rows/s  ETA -:--")
  }

  @Test func rowsOfEarlierRunsCountForThePartAndNotForTheRate() {
    let meter = steady(
      ProgressMeter(total: 1000, doneBefore: 500, now: 0), from: 500, perSecond: 100, seconds: 2)
    #expect(meter.line(width: 50, now: 2000) == "70%  700/1,000 rows  100 rows/s  ETA 0:03")
    #expect(meter.summary(now: 2000) == "200 rows in 2.0 s (100 rows/s), 700 with those of earlier runs")
  }

  @Test func oddClocksAndCounts() {
    var meter = ProgressMeter(total: 0, now: 1000)
    meter.record(done: 0, now: 500)
    #expect(meter.line(width: 40, now: 500) == "[############]  100%  0/0 rows  ETA 0:00")
    #expect(meter.summary(now: 500) == "0 rows in 0.000 s (0 rows/s)")
    var over = ProgressMeter(total: 10, now: 0)
    over.record(done: 20, now: 1000)
    #expect(over.line(width: 50, now: 1000).contains("100%"))
  }

  @Test func summaryWithBytes() {
    let meter = steady(ProgressMeter(showsBytes: true, now: 0), perSecond: 185_000, seconds: 5)
    #expect(meter.summary(now: 5000) == "925,000 rows in 5.0 s (185k rows/s, 92.5 MB/s)")
  }
}
