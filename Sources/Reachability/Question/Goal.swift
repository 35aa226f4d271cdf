/// Whom a flow is for when its destination was given by name.
struct Goal: Hashable {
    /// One of the node's interfaces; of a container its host's.
    let interface: Int
    var container: Int?
}
