import Foundation

/// Descriptors of this process that lead to or from a TCP port of this machine.
public enum Descriptors {
  /// How many sockets of this process have `port` at one of their ends. Tests run side by side, so the number of all
  /// descriptors says nothing about one of them.
  public static func count(ofPort port: Int) throws -> Int {
    var inodes: Set<Substring> = []
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
      for line in try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").dropFirst() {
        let columns = line.split(separator: " ")
        let ends = columns[1...2].map { $0.split(separator: ":").last.flatMap { Int($0, radix: 16) } }
        if ends.contains(port) { inodes.insert(columns[9]) }
      }
    }
    let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
    return links.filter { $0.hasPrefix("socket:[") && inodes.contains($0.dropFirst(8).dropLast()) }.count
  }
}
