internal import Bytes
internal import Glibc

/// Where Debian's packages put their drivers.
public enum ODBCDriver {
  /// The full name of a driver's library, such as `libtdsodbc.so`: it needs no entry in `/etc/odbcinst.ini` then. Nil if
  /// it is in none of the folders that packages use.
  public static func path(of library: String) -> String? {
    for folder in folders() {
      let path = "\(folder)/\(library)"
      if access(path, R_OK) == 0 { return path }
    }
    return nil
  }

  /// `/usr/lib/x86_64-linux-gnu/odbc` and its like for every architecture of the machine, this program's own first.
  private static func folders() -> [String] {
    var found: [String] = []
    var matches = glob_t()
    defer { globfree(&matches) }
    if glob("/usr/lib/*-linux-gnu*/odbc", 0, nil, &matches) == 0 {
      for index in 0..<Int(matches.gl_pathc) {
        if let path = matches.gl_pathv[index] { found.append(String(cString: path)) }
      }
    }
    let own = found.filter { $0.holds(architecture) }
    return own + found.filter { !own.contains($0) } + ["/usr/lib/odbc", "/usr/lib64", "/usr/local/lib"]
  }

  #if arch(x86_64)
    private static let architecture: StaticString = "/x86_64-"
  #elseif arch(arm64)
    private static let architecture: StaticString = "/aarch64-"
  #else
    private static let architecture: StaticString = "/unknown-"
  #endif
}
