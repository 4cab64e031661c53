import Foundation

/// Watches the turns of a server's loops: whether one of them held its loop up for too long.
///
/// The server leaves out what others have taken of the processors; what the machine itself was kept waiting for its own,
/// by whoever lends it them, is left out here.
final class LoopWatch {
  struct Finding: CustomStringConvertible {
    let loop: String
    /// Milliseconds in which a turn held its loop up.
    let block: Double
    /// Milliseconds since the last look in which the machine had no processor.
    let stolen: Double
    var isLong: Bool { block - stolen > LoopWatch.limit }
    var description: String {
      String(format: "a turn of loop %@ held it up for %.0f ms; stolen %.0f ms", loop, block, stolen)
    }
  }

  /// Longer is a fault.
  static let limit = 20.0

  private let connection: ClientConnection
  private var stolen: Double
  /// The longest of each loop, in milliseconds.
  private var longest: [String: Double] = [:]
  private var findings: [Finding] = []
  var longestBlock: Double { longest.values.max() ?? 0 }

  init(_ server: RunningServer) throws {
    try Self.prefer(server.process)
    connection = try server.connect()
    stolen = try Self.stolenTime()
    try look()
  }

  /// Lets a process go before others, where we may: of its threads one can wait for what another one holds that has no
  /// processor, and nobody counts that as waiting for one. Threads to come have it from these.
  private static func prefer(_ process: ChildProcess) throws {
    for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.identifier)/task") {
      guard let thread = id_t(thread) else { continue }
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, -10)
    }
  }

  func look() throws {
    try connection.send(RunningServer.request("GET", "/metrics"))
    let metrics = try connection.answer().text
    let now = try Self.stolenTime()
    let begin = "roster_loop_longest_block_seconds{loop=\""
    let lines = metrics.split(separator: "\n").filter { $0.hasPrefix(begin) }
    guard !lines.isEmpty else { throw TestFailure("no longest block: \(metrics)") }
    for line in lines {
      let parts = line.dropFirst(begin.count).components(separatedBy: "\"} ")
      guard parts.count == 2, let seconds = Double(parts[1]) else { throw TestFailure("\(line)") }
      guard seconds * 1000 > longest[parts[0]] ?? 0 else { continue }
      longest[parts[0]] = seconds * 1000
      let finding = Finding(loop: parts[0], block: seconds * 1000, stolen: now - stolen)
      if finding.isLong { findings.append(finding) }
    }
    stolen = now
  }

  /// Those that were too long since this was last asked.
  func takeFindings() -> [Finding] {
    defer { findings = [] }
    return findings
  }

  /// Does something again and again for that long, or until it says that it is enough, and looks meanwhile.
  func look(for seconds: Double, while body: () throws -> Bool = { true }) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end, try body() {
      try look()
      usleep(10_000)
    }
  }

  /// Milliseconds in which the machine had work and was given no processor.
  private static func stolenTime() throws -> Double {
    let all = try String(contentsOfFile: "/proc/stat", encoding: .utf8).split(separator: "\n")[0]
    // user nice system idle iowait irq softirq steal
    let ticks = all.split(separator: " ").dropFirst().map { Double($0) ?? 0 }
    return ticks[7] * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
