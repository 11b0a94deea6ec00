using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

/// <summary>Runs every test of this program: a line for each, and 1 where one failed.</summary>
public static class Runner
{
    public static int Main(string[] arguments)
    {
        var failed = 0;
        foreach (var fixture in typeof(Runner).Assembly.GetTypes().OrderBy(type => type.FullName))
        {
            if (fixture.GetCustomAttribute<TestFixtureAttribute>() == null) continue;
            if (arguments.Length > 0 && !arguments.Contains(fixture.Name)) continue;
            foreach (var test in fixture.GetMethods())
            {
                if (test.GetCustomAttribute<TestAttribute>() != null) failed += Run(fixture, test, new object[0]);
                foreach (var given in test.GetCustomAttributes<TestCaseAttribute>())
                    failed += Run(fixture, test, given.Arguments);
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private static int Run(Type fixture, MethodInfo test, object[] given)
    {
        var name = fixture.Name + "." + test.Name;
        var watch = Stopwatch.StartNew();
        var outcome = "ok";
        var instance = Activator.CreateInstance(fixture);
        try
        {
            Call<SetUpAttribute>(fixture, instance);
            test.Invoke(instance, given);
        }
        catch (TargetInvocationException error)
        {
            var ignored = error.InnerException is IgnoreException;
            outcome = ignored ? "ignored" : "FAILED";
            var cause = error.InnerException;
            var trace = ignored ? "" : cause is AssertionException ? cause.StackTrace : cause.ToString();
            Console.WriteLine("# {0}: {1}\n{2}", name, cause.Message, trace);
        }
        Call<TearDownAttribute>(fixture, instance);
        Console.WriteLine("{0} {1} {2} ms", outcome, name, watch.ElapsedMilliseconds);
        return outcome == "FAILED" ? 1 : 0;
    }

    private static void Call<T>(Type fixture, object instance) where T : Attribute
    {
        foreach (var method in fixture.GetMethods())
            if (method.GetCustomAttribute<T>() != null) method.Invoke(instance, null);
    }
}
