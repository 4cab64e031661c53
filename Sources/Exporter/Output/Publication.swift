import Digest
import Glibc

// How a file gets its name. Two names cannot be given at once, so the manifest is written aside first, and is moved
// to its place when the file has its own; a run that is killed between the two leaves the rest to the next. At no
// moment does a file lie beside the manifest of another.
extension UnfinishedFile {
  /// Gives the file its name, at once and whole, and then its manifest. An older file of that name is replaced.
  func publish(_ manifest: String) throws(OutputError) {
    try Exporter.check(fsync(descriptor.number), "fsync", paths.part)
    try Descriptor.put(manifest, paths.nextManifest)
    try removeFile(paths.manifest)
    try Descriptor.syncFolder(paths.folder)
    try moveFile(paths.part, to: paths.target)
    try Descriptor.syncFolder(paths.folder)
    try moveFile(paths.nextManifest, to: paths.manifest)
    try Descriptor.syncFolder(paths.folder)
    // The state without the rows means nothing; if the power goes first, the next run sees that.
    unlink(paths.state)
  }

  /// Does what a run left undone that was killed between giving the file its name and the manifest its own.
  static func completeManifest(_ paths: ExportPaths) throws(OutputError) {
    guard let manifest = try Manifest.pending(paths) else { return }
    if let target = try Descriptor.ifThere(paths.target), try manifest.describes(target) {
      try moveFile(paths.nextManifest, to: paths.manifest)
      try Descriptor.syncFolder(paths.folder)
    } else {
      try removeFile(paths.nextManifest)
    }
  }
}

extension Manifest {
  /// The manifest that waits for its file to have its name; nil if there is none.
  static func pending(_ paths: ExportPaths) throws(OutputError) -> Manifest? {
    guard let file = try Descriptor.ifThere(paths.nextManifest) else { return nil }
    return readSmallFile(file).flatMap { try? Manifest($0) }
  }

  /// Whether the bytes of `file` are those that this tells of.
  func describes(_ file: Descriptor) throws(OutputError) -> Bool {
    guard try file.size() == bytes else { return false }
    return try file.sha256().finish().hex == sha256
  }
}

/// Gives a file another name; what has that name is replaced.
func moveFile(_ path: String, to other: String) throws(OutputError) {
  try check(rename(path, other), "rename", other)
}

/// Takes a file away; it need not be there.
func removeFile(_ path: String) throws(OutputError) {
  if unlink(path) < 0, errno != ENOENT { throw .system(call: "unlink", path: path, code: errno) }
}
