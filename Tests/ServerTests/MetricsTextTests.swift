import Bytes
import TestSupport
import Testing

@testable import Server

/// The text that Prometheus reads.
@Suite struct MetricsTextTests {
  private func text(_ write: (inout MetricsText) -> Void) -> String {
    var text = MetricsText()
    write(&text)
    return text.text.text()
  }

  @Test func aFamilyHasHelpTypeAndSamples() throws {
    let written = text {
      $0.family("a_total", .counter, "How many.")
      $0.sample([], 5)
      $0.family("b", .gauge, "How much.")
      $0.sample([("loop", "0"), ("x", "y")], -3)
    }
    #expect(
      written == """
        # HELP a_total How many.
        # TYPE a_total counter
        a_total 5
        # HELP b How much.
        # TYPE b gauge
        b{loop="0",x="y"} -3

        """)
    #expect(try PrometheusText(written).value("b", ["x": "y"]) == -3)
  }

  @Test(arguments: ["plain", "a\"b", "a\\b", "a\nb", "\\n", "é🙂", "\"", "\\", "{}=,"])
  func labelsComeBackAsTheyWere(_ value: String) throws {
    let written = text {
      $0.family("a", .gauge, "A.")
      $0.sample([("v", value)], 1)
    }
    #expect(try PrometheusText(written).value("a", ["v": value]) == 1)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.000000001"), (16_000, "0.000016"), (1_500_000_000, "1.5"), (3_000_000_000, "3"),
      (1_000_000_001, "1.000000001"),
    ] as [(UInt64, String)])
  func timesAreSecondsToTheNanosecond(_ nanoseconds: UInt64, _ seconds: String) {
    let written = text {
      $0.family("a", .gauge, "A.")
      $0.sample([], nanoseconds: nanoseconds)
    }
    #expect(written.hasSuffix("\na \(seconds)\n"))
  }

  @Test func aHistogramIsCumulative() throws {
    var histogram = Histogram()
    for duration in [0, 15_999, 16_000, 16_001, 1_000_000, 1_000_000, 40_000_000_000] as [UInt64] {
      histogram.record(nanoseconds: duration)
    }
    let written = text {
      $0.family("a", .histogram, "A.")
      $0.sample([("route", "/")], histogram)
    }
    let read = try PrometheusText(written)
    #expect(read.value("a_bucket", ["le": "0.000016"]) == 3)
    #expect(read.value("a_bucket", ["le": "0.000032"]) == 4)
    #expect(read.value("a_bucket", ["le": "0.000512"]) == 4)
    #expect(read.value("a_bucket", ["le": "0.001024"]) == 6)
    #expect(read.value("a_bucket", ["le": "16.777216"]) == 6)
    #expect(read.value("a_bucket", ["le": "+Inf"]) == 7)
    #expect(read.value("a_count") == 7)
    #expect(read.value("a_sum") == 40.002048)
  }

  /// The bucket found by bits is the one that a search would find.
  @Test func everyDurationFallsIntoTheFirstBucketThatHoldsIt() {
    let bounds = (0..<LatencyBuckets.count).map { LatencyBuckets.bound($0).map { $0 * 1000 } ?? .max }
    #expect(zip(bounds, bounds.dropFirst()).allSatisfy(<))
    let near = bounds.dropLast().flatMap { [$0 - 1, $0, $0 + 1, $0 + 999, $0 + 1000] }
    for duration in near + [0, 1, .max / 2, .max - 1000] {
      let found = LatencyBuckets.index(nanoseconds: duration)
      #expect(found == bounds.firstIndex { duration <= $0 }, "\(duration)")
    }
  }

  /// The reader that all this is held to refuses what it should.
  @Test(arguments: [
    "a 1\n", "# HELP a A.\n# TYPE a gauge\na 1", "# HELP a A.\n# TYPE b gauge\nb 1\n",
    "# HELP a A.\n# TYPE a gauge\nb 1\n", "# HELP a A.\n# TYPE a counter\na 1\n",
    "# HELP a A.\n# TYPE a odd\na 1\n", "# HELP a A.\n# TYPE a gauge\na one\n",
    "# HELP a A.\n# TYPE a gauge\na 1\na 2\n", "# HELP a A.\n# TYPE a gauge\na{b=\"c} 1\n",
    "# HELP a A.\n# TYPE a gauge\na{b=\"\\x\"} 1\n", "# HELP a A.\n# TYPE a gauge\n1a 1\n",
    "# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\na{b=\"c\"} 1\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 3\na_sum 1\na_count 3\n",
  ])
  func theReaderIsStrict(_ text: String) {
    #expect(throws: PrometheusText.Fault.self) { try PrometheusText(text) }
  }
}
