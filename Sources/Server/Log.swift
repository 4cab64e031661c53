import Bytes
import Glibc

/// Writes observations to standard error: one JSON object a line, or readable text on a terminal.
struct Log: Sendable {
  enum Format: Sendable {
    case json
    case text
  }

  let format: Format
  let level: Observation.Level
  private let writer: LogWriter

  init(format: String, level: String) {
    let format: Format =
      switch format {
      case "json": .json
      case "text": .text
      default: isatty(STDERR_FILENO) == 1 ? .text : .json
      }
    self.format = format
    self.level =
      switch level {
      case "debug": .debug
      case "warning": .warning
      case "error": .error
      default: .info
      }
    writer = LogWriter(STDERR_FILENO) { format.line(.logLinesDropped($0)) }
  }

  /// Lines that were dropped since nobody read them in time.
  var droppedLines: Int { writer.droppedLines }

  func callAsFunction(_ observation: Observation) {
    guard observation.level >= level else { return }
    writer.add(format.line(observation))
  }

  /// Writes out what waits, for a second at most; to be called before the process ends.
  func finish() { writer.finish() }
}

extension Log.Format {
  /// The line that tells of it now.
  func line(_ observation: Observation) -> ByteBuffer {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let milliseconds = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    var line = ByteBuffer(capacity: 512)
    switch self {
    case .json: writeJSON(observation, milliseconds, to: &line)
    case .text: writeText(observation, milliseconds, to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private func writeJSON(_ observation: Observation, _ now: Int64, to line: inout ByteBuffer) {
    line.append("{\"time\":\"")
    line.append(utcMilliseconds: now)
    line.append("\",\"level\":\"")
    line.append(text: "\(observation.level)")
    line.append("\",\"event\":\"")
    line.append(text: observation.kind.rawValue)
    line.append("\"")
    for (name, value) in observation.fields {
      line.append(",\"")
      line.append(name)
      line.append("\":")
      switch value {
      case .text(let text): line.append(jsonString: text)
      case .number(let number): line.append(decimal: Int64(number))
      }
    }
    line.append("}")
  }

  private func writeText(_ observation: Observation, _ now: Int64, to line: inout ByteBuffer) {
    line.append(utcMilliseconds: now)
    line.append(" ")
    line.append(text: "\(observation.level)")
    line.append(" ")
    line.append(text: observation.kind.rawValue)
    for (name, value) in observation.fields {
      line.append(" ")
      line.append(name)
      line.append("=")
      switch value {
      // Quoted, so that a text from outside can neither begin a line nor move the cursor.
      case .text(let text): line.append(jsonString: text)
      case .number(let number): line.append(decimal: Int64(number))
      }
    }
  }
}
