import Foundation
import Testing

/// Terminals for what behaves differently on one.
enum Terminals {
  /// A bare root may lack them.
  static let areThere = access("/dev/pts/ptmx", F_OK) == 0
  static let orElse: Comment = "/dev/pts is not mounted here"
}
