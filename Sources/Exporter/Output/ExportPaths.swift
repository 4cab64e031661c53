import Glibc

/// Where the file will be, and what lies beside it while it is not finished.
struct ExportPaths: Equatable, Sendable {
  /// The finished file.
  let target: String
  /// Rows up to now.
  var part: String { target + ".part" }
  /// How far the rows are safe on disk, and what they belong to.
  var state: String { target + ".state" }
  /// The next state, before it takes the old one's place.
  var nextState: String { target + ".state.next" }
  /// What there is to know about the finished file.
  var manifest: String { target + ".manifest.json" }
  /// The next manifest, until its file has its name.
  var nextManifest: String { target + ".manifest.next" }
  /// The folder, whose entries must reach the disk too.
  var folder: String {
    guard let slash = target.lastIndex(of: "/") else { return "." }
    return slash == target.startIndex ? "/" : String(target[..<slash])
  }

  /// Paths for a file of that name. A link is followed, so that the file lies where the link points.
  init(target: String) {
    var status = stat()
    if lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(target, nil) {
      self.target = String(cString: real)
      free(real)
    } else {
      self.target = target
    }
  }

  /// True if something other than a plain file has the target's name: replacing that would be no export.
  var isTaken: Bool {
    var status = stat()
    return stat(target, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }
}
