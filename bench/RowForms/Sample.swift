import Glibc

/// The rows of a file of binary COPY, in memory.
final class Sample {
  let count: Int
  private let bytes: UnsafeMutableRawBufferPointer
  /// Place and length of each cell; the length is -1 for NULL.
  private let cells: UnsafeMutableBufferPointer<(offset: Int32, length: Int32)>
  private static let columns = 19

  init?(path: String) {
    let file = open(path, O_RDONLY)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else { return nil }
    bytes = .allocate(byteCount: min(Int(status.st_size), 16 << 20), alignment: 16)
    guard read(file, bytes.baseAddress, bytes.count) == bytes.count else { return nil }
    close(file)
    var found: [(offset: Int32, length: Int32)] = []
    var offset = 19
    var rows = 0
    reading: while offset + 2 < bytes.count {
      guard Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self)) == Self.columns
      else {
        break
      }
      offset += 2
      var row: [(offset: Int32, length: Int32)] = []
      for _ in 0..<Self.columns {
        guard offset + 4 <= bytes.count else { break reading }
        let length = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        offset += 4
        row.append((Int32(offset), length))
        offset += max(Int(length), 0)
      }
      guard offset <= bytes.count else { break }
      found += row
      rows += 1
      if rows == 20_000 { break }
    }
    guard rows > 0 else { return nil }
    count = rows
    cells = .allocate(capacity: found.count)
    _ = cells.initialize(from: found)
  }

  @inline(__always)
  func cell(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    let cell = cells[row * Self.columns + column]
    if cell.length < 0 { return nil }
    return UnsafeRawBufferPointer(start: bytes.baseAddress! + Int(cell.offset), count: Int(cell.length))
  }
}
