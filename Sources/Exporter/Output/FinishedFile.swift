import Bytes
import Digest
import Glibc

/// A finished file that an export goes on from, with what its manifest says.
struct FinishedFile {
  private let descriptor: Descriptor
  private let manifest: Manifest

  /// The file of the target's name, whose manifest must say that it is of the same kind as what is to be written; nil
  /// if there is none.
  init?(_ paths: ExportPaths, identity: ExportIdentity) throws(OutputError) {
    guard let descriptor = try Descriptor.ifThere(paths.target) else { return nil }
    guard let file = try Descriptor.ifThere(paths.manifest) else {
      throw .notFinished(path: paths.target, reason: "no manifest lies beside it")
    }
    guard let manifest = readSmallFile(file).flatMap({ try? Manifest($0) }) else {
      throw .notFinished(path: paths.target, reason: "its manifest is damaged or of another version")
    }
    if let (what, theirs, ours) = manifest.identity.difference(from: identity) {
      throw .notFinished(path: paths.target, reason: "it was made with \(what) \(theirs), not \(ours)")
    }
    guard try manifest.describes(descriptor) else {
      throw .notFinished(path: paths.target, reason: "it is not what its manifest says")
    }
    self.descriptor = descriptor
    self.manifest = manifest
  }

  /// What a state may say of the copy. Members of a gzip file and the pages of a database are found by reading.
  var progress: ExportProgress {
    switch manifest.kind {
    case .csv, .ndjson:
      ExportProgress(bytes: manifest.bytes, rows: manifest.rows, lastID: manifest.lastID ?? 0)
    case .gzip, .sqlite: ExportProgress()
    }
  }

  /// Puts the whole file into an empty one and waits until it is on the disk.
  func copy(to copy: Descriptor) throws(OutputError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while true {
      let count = try descriptor.read(into: buffer, at: offset)
      if count == 0 { break }
      try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
      offset += Int64(count)
    }
    try copy.sync()
  }
}

extension Manifest {
  fileprivate var identity: ExportIdentity {
    var identity = kind.identity(url: source, isConsistent: isConsistent)
    identity.columns = columns.joined(separator: ",")
    return identity
  }
}
