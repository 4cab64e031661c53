import Bytes

/// Standard output, which nobody can go on with. Its rows are gone when they are written, so there is no manifest.
/// SAFETY: `@unchecked Sendable` since what changes belongs to `write` and `finish`, which come one at a time.
final class StreamOutput: Output, @unchecked Sendable {
  let canGoOn = false
  private let stream: StandardOutput
  private var members: GzipMembers?
  /// What is ready to be written: the header, to begin with.
  private var buffer = ByteBuffer()
  private var progress = ExportProgress()

  private init(_ stream: StandardOutput, _ members: consuming GzipMembers?) {
    self.stream = stream
    self.members = members
  }

  /// An output of that kind, which is none that needs a file.
  static func open(_ kind: OutputKind, on stream: StandardOutput) -> OpenedOutput {
    let output: StreamOutput
    switch kind {
    case .csv(let format):
      output = StreamOutput(stream, nil)
      format.appendHeader(to: &output.buffer)
    case .gzip(let format): output = StreamOutput(stream, GzipMembers(format))
    case .ndjson, .sqlite: output = StreamOutput(stream, nil)
    }
    return OpenedOutput(output: output, found: Written())
  }

  func write(_ chunks: [Chunk]) throws(OutputError) -> Written {
    try flush()
    for chunk in chunks {
      if members == nil {
        try chunk.bytes.withBytes { bytes throws(OutputError) in try put(bytes) }
      } else {
        chunk.bytes.withBytes { members?.write($0, to: &buffer) }
        try flush()
      }
      progress.rows += Int64(chunk.rows)
      progress.lastID = chunk.lastID
    }
    return Written(taken: progress)
  }

  private func flush() throws(OutputError) {
    try buffer.withBytes { bytes throws(OutputError) in try put(bytes) }
    buffer.removeAll(keepingAtMost: 1 << 20)
  }

  private func put(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    try stream.write(bytes)
    progress.bytes += Int64(bytes.count)
  }

  func finish() throws(OutputError) {
    members?.finish(to: &buffer)
    try flush()
  }

  func save(_ kept: ExportProgress) throws(OutputError) {}
  func discard() {}
  func release() {}
  func interrupt() { stream.interrupt() }
}
