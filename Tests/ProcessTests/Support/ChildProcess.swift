import Foundation

/// A process that a test has started. It is killed at the latest when its stage is taken down.
final class ChildProcess {
  enum Ending: Equatable, CustomStringConvertible {
    case exited(Int32)
    case killed(signal: Int32)

    var description: String {
      switch self {
      case .exited(let code): "exit code \(code)"
      case .killed(let signal): "killed by signal \(signal)"
      }
    }
  }

  let identifier: pid_t
  /// For messages.
  let name: String
  private let outputPath: String
  private let errorPath: String
  private(set) var ending: Ending?
  /// The most memory it was seen to hold; only ``sample()`` looks.
  private(set) var peakBytes = 0

  init(_ request: SpawnRequest, name: String, outputPath: String, errorPath: String) throws {
    self.name = name
    self.outputPath = outputPath
    self.errorPath = errorPath
    var request = request
    request.output = .file(outputPath)
    request.errors = .file(errorPath)
    identifier = try Spawner.shared.spawn(request)
  }

  /// What it wrote to standard output.
  var output: String { text(of: outputPath) }
  var outputData: Data { FileManager.default.contents(atPath: outputPath) ?? Data() }
  /// What it wrote to standard error.
  var errors: String { text(of: errorPath) }

  private func text(of path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  var isRunning: Bool {
    reap()
    return ending == nil
  }

  func signal(_ number: Int32) {
    // Until it is reaped its number is nobody else's.
    if isRunning { kill(identifier, number) }
  }

  /// Waits for its end; `meanwhile` is called again and again.
  @discardableResult
  func waitForEnd(within seconds: Double = 60, meanwhile: () throws -> Void = {}) throws -> Ending {
    try wait(for: "the end of \(name)", within: seconds) {
      reap()
      if ending == nil {
        sample()
        try meanwhile()
      }
      return ending
    }
  }

  /// Ends it at once.
  func end() {
    guard isRunning else { return }
    kill(identifier, SIGKILL)
    var status: Int32 = 0
    if waitpid(identifier, &status, 0) == identifier { ending = Self.ending(status) }
  }

  private func reap() {
    guard ending == nil else { return }
    var status: Int32 = 0
    if waitpid(identifier, &status, WNOHANG) == identifier { ending = Self.ending(status) }
  }

  private static func ending(_ status: Int32) -> Ending {
    status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
  }

  // MARK: What the kernel knows

  /// Bytes of memory that it holds now.
  var residentBytes: Int { kibibytes("VmRSS:") * 1024 }

  /// Notes the kernel's own account of the most memory it ever held: growth between two looks is not missed, only
  /// growth after the last one.
  func sample() { peakBytes = max(peakBytes, kibibytes("VmHWM:") * 1024) }

  /// How many descriptors it has open.
  var descriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count) ?? 0
  }

  /// Its arguments as others see them, with blanks between.
  var commandLine: String {
    text(of: "/proc/\(identifier)/cmdline").replacingOccurrences(of: "\0", with: " ")
  }

  private func kibibytes(_ field: String) -> Int {
    for line in text(of: "/proc/\(identifier)/status").split(separator: "\n") where line.hasPrefix(field) {
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first ?? 0
    }
    return 0
  }
}

/// Waits until `look` finds something: looks, rests for a moment, looks again.
@discardableResult
func wait<Value>(for what: String, within seconds: Double = 30, _ look: () throws -> Value?) throws -> Value {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(seconds)
  while true {
    if let found = try look() { return found }
    guard clock.now < deadline else { throw TestFailure("waited \(seconds) s for \(what)") }
    usleep(2000)
  }
}

/// Waits until `condition` holds.
func waitUntil(_ what: String, within seconds: Double = 30, _ condition: () throws -> Bool) throws {
  try wait(for: what, within: seconds) { try condition() ? true : nil }
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  let time = try ContinuousClock().measure { try body() }
  return Double(time.components.seconds) * 1000 + Double(time.components.attoseconds) / 1e15
}
