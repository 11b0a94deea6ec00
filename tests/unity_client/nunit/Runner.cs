using System;
using System.Collections;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using NUnit.Framework;

/// <summary>Runs every test of this program: a line for each, and 1 where one failed.</summary>
public static partial class Runner
{
    /// <summary>For tests on an engine: it is as if it had just begun.</summary>
    static partial void BeginEngine();

    /// <summary>For tests on an engine, which may take several frames: the next one.</summary>
    static partial void NextFrame();

    public static int Main(string[] arguments)
    {
        var failed = 0;
        foreach (var fixture in typeof(Runner).Assembly.GetTypes().OrderBy(type => type.FullName))
        {
            if (fixture.GetCustomAttribute<TestFixtureAttribute>() == null) continue;
            if (arguments.Length > 0 && !arguments.Contains(fixture.Name)) continue;
            foreach (var test in fixture.GetMethods())
            {
                if (IsTest(test)) failed += Run(fixture, test, new object[0]);
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
        BeginEngine();
        var instance = Activator.CreateInstance(fixture);
        try
        {
            Call<SetUpAttribute>(fixture, instance);
            var steps = test.Invoke(instance, given) as IEnumerator;
            if (steps != null) Drive(steps);
        }
        catch (Exception error)
        {
            var cause = error is TargetInvocationException ? error.InnerException : error;
            var ignored = cause is IgnoreException;
            outcome = ignored ? "ignored" : "FAILED";
            var trace = ignored ? "" : cause is AssertionException ? cause.StackTrace : cause.ToString();
            Console.WriteLine("# {0}: {1}\n{2}", name, cause.Message, trace);
        }
        Call<TearDownAttribute>(fixture, instance);
        Console.WriteLine("{0} {1} {2} ms", outcome, name, watch.ElapsedMilliseconds);
        return outcome == "FAILED" ? 1 : 0;
    }

    /// <summary>Test, or UnityTest, which isn't known here.</summary>
    private static bool IsTest(MethodInfo method)
    {
        return method.GetCustomAttribute<TestAttribute>() != null
            || method.GetCustomAttributes().Any(attribute => attribute.GetType().Name == "UnityTestAttribute");
    }

    /// <summary>As Unity runs coroutines: what they yield that has steps itself is run first.</summary>
    private static void Drive(IEnumerator steps)
    {
        while (steps.MoveNext())
        {
            var inner = steps.Current as IEnumerator;
            if (inner != null) Drive(inner);
            else NextFrame();
        }
    }

    private static void Call<T>(Type fixture, object instance) where T : Attribute
    {
        foreach (var method in fixture.GetMethods())
            if (method.GetCustomAttribute<T>() != null) method.Invoke(instance, null);
    }
}
