import Customers

/// A finished file, and what is known about it before it is read.
struct FileToVerify: Sendable {
  let path: String
  let kind: OutputKind
  /// Nil if there is none that can be read.
  let manifest: Manifest?
  /// What is wrong with the manifest.
  let finding: Finding?

  /// Finds the manifest of the file at `path`.
  ///
  /// - Throws: ``OutputError``, when the file is not there; ``UnknownKind``, when nothing tells what it is.
  init(_ path: String) throws {
    let paths = ExportPaths(target: path)
    _ = try Descriptor(path, 0).size()
    self.path = path
    do throws(ManifestError) {
      manifest = try Self.manifest(paths)
      finding = nil
    } catch {
      manifest = nil
      finding = .manifest("\(error)")
    }
    if let manifest {
      kind = manifest.kind
    } else if let name = OutputKind.name(of: path) {
      kind = OutputKind(name, CSVFormat())
    } else {
      throw UnknownKind(path: path)
    }
  }

  /// Nothing tells what is in a file.
  struct UnknownKind: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "\(path) has no manifest, and its name does not end in .csv, .csv.gz, .ndjson or .sqlite"
    }
  }

  private static func manifest(_ paths: ExportPaths) throws(ManifestError) -> Manifest {
    let file: Descriptor?
    do throws(OutputError) {
      file = try Descriptor.ifThere(paths.manifest)
      if file == nil, let pending = try pending(paths) { return pending }
    } catch {
      throw ManifestError(description: "\(error)")
    }
    guard let file else { throw ManifestError(description: "\(paths.manifest) is not there") }
    guard let text = readSmallFile(file) else {
      throw ManifestError(description: "it is no text, or too long")
    }
    return try Manifest(text)
  }

  /// That of a run that was killed when the file had its name and the manifest not yet its own.
  private static func pending(_ paths: ExportPaths) throws(OutputError) -> Manifest? {
    guard let manifest = try Manifest.pending(paths), let target = try Descriptor.ifThere(paths.target),
      try manifest.describes(target)
    else { return nil }
    return manifest
  }

  /// The text of its rows, as CSV or as lines of JSON.
  func source() throws(OutputError) -> any ByteSource {
    switch kind {
    case .csv, .ndjson: try FileSource(Descriptor(path, 0))
    case .gzip: try GzipSource(Descriptor(path, 0))
    case .sqlite: try DatabaseSource(path)
    }
  }
}
