import CNetlabShims
import Glibc

/// A pipe; both ends close on exec.
public struct Pipe: Sendable {
    /// What is written here …
    public let input: SharedDescriptor
    /// … is read here.
    public let output: SharedDescriptor

    public init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe2") { cnl_pipe(&ends) }
        output = SharedDescriptor(OwnedDescriptor(owning: ends[0]))
        input = SharedDescriptor(OwnedDescriptor(owning: ends[1]))
    }
}
