import Bytes
import Gzip

/// The text in a gzip file, member by member.
final class GzipSource: ByteSource {
  private let file: FileSource
  private let path: String
  private let pausesAtMembers: Bool
  private var reader = GzipReader()
  private var input = ByteBuffer(capacity: 1 << 18)
  /// Bytes of the file that were decompressed.
  private(set) var offset: Int64
  /// What was read last ended a member.
  private(set) var isAtMemberEnd = false

  /// - Parameter pausesAtMembers: `read` says once, at the end of each member, that there is nothing more.
  init(
    _ file: Descriptor, from start: Int64 = 0, upTo end: Int64 = .max, pausesAtMembers: Bool = false
  ) {
    self.file = FileSource(file, from: start, upTo: end)
    path = file.path
    offset = start
    self.pausesAtMembers = pausesAtMembers
  }

  func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool {
    if isAtMemberEnd, pausesAtMembers {
      isAtMemberEnd = false
      return false
    }
    let before = buffer.count
    while buffer.count == before {
      if input.isEmpty, try !file.read(into: &input) { return try end() }
      let step = try step(into: &buffer)
      input.removeFirst(step.consumed)
      offset += Int64(step.consumed)
      isAtMemberEnd = step.endsMember
      if step.endsMember, pausesAtMembers, buffer.count == before { return try read(into: &buffer) }
    }
    return true
  }

  private func step(into buffer: inout ByteBuffer) throws(OutputError) -> GzipReader.Step {
    do {
      return try input.withBytes { bytes throws(GzipError) in
        try reader.read(bytes, to: &buffer, atMost: 1 << 18)
      }
    } catch {
      throw .damaged(path: path, offset: offset, reason: "\(error)")
    }
  }

  private func end() throws(OutputError) -> Bool {
    isAtMemberEnd = false
    if reader.isInsideMember {
      throw .damaged(path: path, offset: offset, reason: "it ends within a gzip member")
    }
    return false
  }
}
