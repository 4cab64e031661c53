import CSimdJSON

/// simdjson's first stage: where the tokens of a document begin. Owns the C handle and its memory.
struct TokenIndex: ~Copyable {
  private let handle: OpaquePointer

  init() {
    guard let handle = roster_json_indexer_create() else {
      preconditionFailure("out of memory for a JSON index")
    }
    self.handle = handle
  }

  deinit { roster_json_indexer_destroy(handle) }

  /// Checks UTF-8 and quotes, and gives a walk over the tokens: good until the next call, and while `bytes` are.
  func walk(_ bytes: UnsafeMutableRawBufferPointer) throws(JSONError) -> TokenWalk {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { throw .bytes(name: "EMPTY") }
    let start = base.assumingMemoryBound(to: UInt8.self)
    var tokens: UnsafePointer<UInt32>?
    var count = 0
    let status = roster_json_index(handle, start, bytes.count, &tokens, &count)
    guard status == 0, let tokens else {
      throw .bytes(name: String(cString: roster_json_error_name(status)))
    }
    return TokenWalk(bytes: start, length: bytes.count, tokens: tokens, count: count)
  }
}
