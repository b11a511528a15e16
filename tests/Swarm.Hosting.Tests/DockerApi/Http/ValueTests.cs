using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Tests.DockerApi;

public sealed class ValueTests
{
    [Theory]
    [InlineData("1.41", true, 1, 41)]
    [InlineData("1.2147483648", true, 1, int.MaxValue)]
    [InlineData("1", false, 0, 0)]
    [InlineData("1.", false, 0, 0)]
    [InlineData(".41", false, 0, 0)]
    [InlineData("1.4.1", false, 0, 0)]
    [InlineData("1.-4", false, 0, 0)]
    [InlineData("X", false, 0, 0)]
    public void A_version_is_two_numbers(string text, bool good, int major, int minor)
    {
        Assert.Equal(good, ApiVersion.TryParse(text, out var version));
        Assert.Equal(new ApiVersion(major, minor), version);
    }

    [Fact]
    public void Versions_are_ordered_by_number_not_by_text()
    {
        Assert.True(new ApiVersion(1, 9) < new ApiVersion(1, 24));
        Assert.True(new ApiVersion(1, 42).AtLeast(42));
        Assert.False(new ApiVersion(1, 41).AtLeast(42));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("0", false)]
    [InlineData("No", false)]
    [InlineData("FALSE", false)]
    [InlineData("none", false)]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("whatever", true)]
    public void A_lax_bool_is_true_unless_it_says_no(string? text, bool value) =>
        Assert.Equal(value, GoValues.ParseLaxBool(text));

    [Fact]
    public void A_strict_bool_takes_what_go_takes()
    {
        Assert.True(GoValues.ParseStrictBool("b", "T"));
        Assert.False(GoValues.ParseStrictBool("b", "False"));
        Assert.False(GoValues.ParseStrictBool("b", null));
        var e = Assert.Throws<DockerApiException>(() => GoValues.ParseStrictBool("rotateWorkerToken", "yes"));
        Assert.Equal(400, e.Status);
        Assert.Contains("rotateWorkerToken", e.Message);
    }

    [Theory]
    [InlineData("", "invalid service version '': strconv.ParseUint: parsing \"\": invalid syntax")]
    [InlineData("-1", "invalid service version '-1': strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("x", "invalid service version 'x': strconv.ParseUint: parsing \"x\": invalid syntax")]
    [InlineData(
        "18446744073709551616",
        "invalid service version '18446744073709551616': strconv.ParseUint: parsing \"18446744073709551616\": value out of range")]
    public void A_version_that_is_no_number_is_refused(string text, string message) =>
        Assert.Equal(
            message, Assert.Throws<DockerApiException>(() => GoValues.ParseObjectVersion("service", text)).Message);

    [Theory]
    [InlineData("{\"name\":{\"a\":true,\"b\":false}}")]
    [InlineData("{\"name\":[\"a\",\"b\"]}")]
    [InlineData("{\"name\":[\"a\"],\"name\":{\"b\":true}}")]
    public void Filters_have_two_encodings(string text) =>
        Assert.Equal(["a", "b"], DockerFilters.Parse(text)["name"]);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"name\":null}")]
    public void No_filter_matches_everything(string? text) =>
        Assert.True(DockerFilters.Parse(text).MatchesPrefix("name", "x"));

    [Theory]
    [InlineData("{\"role\":\"manager\"}")]
    [InlineData("{\"role\":7}")]
    [InlineData("{\"role\":[7]}")]
    [InlineData("{\"role\":{\"a\":7}}")]
    [InlineData("{\"role\":{\"a\":{}}}")]
    [InlineData("{\"role\":[[\"a\"]]}")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("nonsense")]
    public void Filters_of_another_shape_are_refused(string text) =>
        Assert.Equal(400, Assert.Throws<DockerApiException>(() => DockerFilters.Parse(text)).Status);

    [Fact]
    public void Unknown_filters_are_named()
    {
        var filters = DockerFilters.Parse("{\"color\":{\"red\":true}}");
        var e = Assert.Throws<DockerApiException>(() => filters.Allow("name", "id"));
        Assert.Equal("Invalid filter 'color'", e.Message);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("a=1", true)]
    [InlineData("a=", true)]
    [InlineData("a=2", false)]
    [InlineData("b", false)]
    [InlineData("a\",\"c=3", true)]
    [InlineData("a\",\"b", false)]
    public void All_labels_must_be_there(string wanted, bool matches) =>
        Assert.Equal(
            matches,
            DockerFilters.Parse($"{{\"label\":[\"{wanted}\"]}}").MatchesLabels("label", [new("a", "1"), new("c", "3")]));

    [Theory]
    [InlineData("unix:///run/a.sock", "unix:///run/a.sock")]
    [InlineData("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    [InlineData("tcp://localhost:2375/", "tcp://127.0.0.1:2375")]
    [InlineData("tcp://[::1]:2375", "tcp://[::1]:2375")]
    [InlineData("tcp://:2375", "tcp://0.0.0.0:2375")]
    public void An_address_to_listen_at_is_a_socket_file_or_a_port(string text, string canonical) =>
        Assert.Equal(canonical, DockerApiAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/run/a.sock")]
    [InlineData("unix://a.sock")]
    [InlineData("unix:///run/")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://example.org:2375")]
    [InlineData("tcp://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:1")]
    public void Other_addresses_are_refused(string text) =>
        Assert.Contains(text, Assert.Throws<FormatException>(() => DockerApiAddress.Parse(text)).Message);
}
