namespace Swarm.Docker;

/// <summary>When the docker executor fetches a task's image from its registry.</summary>
public enum ImagePullPolicy
{
    /// <summary>
    /// Before every task, so that a tag means what it means today; an image that is there does when the registry has no
    /// answer. One that is named by its digest and is there is not fetched. What Docker does.
    /// </summary>
    Always = 0,

    /// <summary>Only when the engine has no image of that name.</summary>
    IfMissing = 1,

    /// <summary>Never: tasks run images that somebody gave to the engine.</summary>
    Never = 2,
}
