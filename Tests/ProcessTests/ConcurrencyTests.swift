import Foundation
import Testing

extension ProcessTests {
  /// What is said to happen at once does.
  @Suite struct ConcurrencyTests {
    /// Each answer takes 100 ms longer than the server does, so that waiting is all there is to save.
    @Test func sixteenAtOnceAreTenTimesAsFastAsOne() throws {
      try onStage { stage in
        let rows = Scale.isFull ? 1_000_000 : 16_000
        let records = Scale.isFull ? 1000 : 100
        let database = try stage.database(rows: rows)
        let server = try stage.server(database)
        var times: [Int: Double] = [:]
        for concurrency in [16, 1] {
          let proxy = try CountingProxy(upstream: server.port, hold: 0.1)
          defer { proxy.close() }
          let command = stage.export(
            proxy.url, to: "\(concurrency).csv",
            ["--concurrency", "\(concurrency)", "--records", "\(records)"])
          times[concurrency] = try milliseconds { try stage.run(command, within: 600) }
          try stage.checkFile(command, database)
          #expect(proxy.counts.mostAtOnce == concurrency)
        }
        let one = try #require(times[1])
        let sixteen = try #require(times[16])
        note(
          String(
            format: "%.0f ms with one request at a time, %.0f ms with 16: %.1f times", one, sixteen,
            one / sixteen))
        #expect(one >= 10 * sixteen)
      }
    }
  }
}
