import Glibc

/// What decides about the bytes of an export: a file is only gone on with by a run of the same kind.
struct ExportIdentity: Equatable, Sendable {
  var url: String
  var columns: String
  var format: String
}

extension ExportIdentity {
  /// The first thing that keeps a run of the other identity from going on with a file of this one.
  func difference(from other: ExportIdentity) -> (what: String, theirs: String, ours: String)? {
    [
      ("--url", url, other.url), ("the format", format, other.format),
      ("the columns", columns, other.columns),
    ]
    .first { $0.1 != $0.2 }
  }
}

/// What a run does with what is there.
enum ExportStart: Equatable, Sendable {
  /// Goes on with an unfinished file, or begins one.
  case goOn
  /// The same, and what it begins has the rows of the finished file already.
  case update
  /// Begins one, whatever is there.
  case anew
}

/// Rows that are in the file.
struct ExportProgress: Equatable, Sendable {
  /// Bytes up to the end of the last row.
  var bytes: Int64 = 0
  var rows: Int64 = 0
  /// The last row's id; 0 before the first.
  var lastID: Int64 = 0
}

/// What lies beside an unfinished file: whose it is, and how far it is safe on disk.
struct ExportState: Equatable, Sendable {
  var identity: ExportIdentity
  var progress: ExportProgress
  /// Names the run of the machine. What was written beyond `progress` is in the file even after the process was
  /// killed, but not surely after the machine stopped.
  var boot: String
  /// When the export was begun, as the manifest will have it.
  var started: String

  private static let firstLine = "roster-export 2"
  private static let names = ["url", "columns", "format", "boot", "started", "bytes", "rows", "last"]

  /// Lines of a name, a blank and a value.
  var text: String {
    let values = [
      identity.url, identity.columns, identity.format, boot, started, "\(progress.bytes)", "\(progress.rows)",
      "\(progress.lastID)",
    ]
    let lines = zip(Self.names, values).map { "\($0) \($1)" }
    return ([Self.firstLine] + lines + ["end"]).joined(separator: "\n") + "\n"
  }

  init(identity: ExportIdentity, progress: ExportProgress, boot: String, started: String) {
    self.identity = identity
    self.progress = progress
    self.boot = boot
    self.started = started
  }

  /// Reads what `text` gives; nil for anything else.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == Self.names.count + 3, lines[0] == Self.firstLine, lines[lines.count - 2] == "end",
      lines[lines.count - 1].isEmpty
    else { return nil }
    var values: [Substring] = []
    for (line, name) in zip(lines[1...], Self.names) {
      guard line.hasPrefix("\(name) ") else { return nil }
      values.append(line.dropFirst(name.utf8.count + 1))
    }
    guard let bytes = Int64(values[5]), let rows = Int64(values[6]), let last = Int64(values[7]),
      bytes >= 0, rows >= 0, last >= 0
    else { return nil }
    identity = ExportIdentity(
      url: String(values[0]), columns: String(values[1]), format: String(values[2]))
    boot = String(values[3])
    started = String(values[4])
    progress = ExportProgress(bytes: bytes, rows: rows, lastID: last)
  }

  /// The name of this run of the machine; empty where the kernel does not tell.
  static func currentBoot() -> String {
    guard let file = try? Descriptor("/proc/sys/kernel/random/boot_id", O_RDONLY) else { return "" }
    let text = readSmallFile(file) ?? ""
    return String(text.prefix { $0 != "\n" })
  }
}

/// The text of a file of at most 64 KiB; nil if it is larger, cannot be read or is no UTF-8.
func readSmallFile(_ file: Descriptor) -> String? {
  var bytes = [UInt8](repeating: 0, count: 64 * 1024 + 1)
  var length = 0
  while length < bytes.count {
    let at = length
    let count = try? bytes.withUnsafeMutableBytes { bytes throws(OutputError) in
      try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[at...]), at: Int64(at))
    }
    guard let count else { return nil }
    if count == 0 { return String(validating: bytes[..<length], as: UTF8.self) }
    length += count
  }
  return nil
}
