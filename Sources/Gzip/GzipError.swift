internal import CZlib

/// Why bytes are no gzip, or zlib cannot go on.
public struct GzipError: Error, Equatable, Sendable, CustomStringConvertible {
  /// zlib's name for it: `Z_DATA_ERROR`.
  public let name: String
  /// zlib's own words, such as `incorrect data check`; empty where it has none.
  public let detail: String

  /// One line: name and words.
  public var description: String { detail.isEmpty ? name : "\(name) (\(detail))" }

  init(code: Int32, _ stream: z_stream) {
    name =
      switch code {
      case Z_DATA_ERROR: "Z_DATA_ERROR"
      case Z_NEED_DICT: "Z_NEED_DICT"
      case Z_MEM_ERROR: "Z_MEM_ERROR"
      case Z_STREAM_ERROR: "Z_STREAM_ERROR"
      case Z_VERSION_ERROR: "Z_VERSION_ERROR"
      default: "zlib error \(code)"
      }
    detail = stream.msg.map { String(cString: $0) } ?? ""
  }
}

/// The version of zlib that this process runs with: another one may compress to other bytes.
public var zlibVersion: String { String(cString: zlibVersionText()) }

private func zlibVersionText() -> UnsafePointer<CChar> { CZlib.zlibVersion() }
