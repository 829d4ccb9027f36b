import { Aggregate, Application, event, transcoding } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog } from '../../support/dog.ts';
import { errorOf, expectCode } from '../../support/errors.ts';

// The type checker refuses most of what follows as well. `loose` stands for code that was not checked.
type LooseDecorator = (target: unknown, context: unknown) => never;
const loose = (...args: readonly unknown[]): LooseDecorator => Reflect.apply(event, undefined, args);

describe('the name of an event', () => {
  test.each(['', 'Trick Added', '.Added', 'Dog.', '1st', 'Dog..Added', 'Ünder', undefined, null, 42, {}])(
    '%j is refused',
    (name) => {
      expectCode(() => loose(name), 'ES_EVENT_NAME');
    },
  );

  test('is asked for, where @event stands without a call', () => {
    expectCode(() => Reflect.apply(event, undefined, [class {}, { kind: 'class' }]), 'ES_EVENT_NAME', /@event\("Dog/);
  });

  test('is written in full above a class, and without a prefix above a method', () => {
    expectCode(
      () => {
        @loose('Registered')
        class Half extends Aggregate {}
        return Half;
      },
      'ES_EVENT_NAME',
      /Half/,
      /'Half\.Registered'/,
    );
    expectCode(
      () => {
        class Long extends Aggregate {
          @loose('Long.Barked')
          bark() {}
        }
        return Long;
      },
      'ES_EVENT_NAME',
      /method bark/,
      /'Barked'/,
    );
  });

  test('may have a prefix of several parts', () => {
    @event('zoo.animals.Dog.Registered')
    class ZooDog extends Aggregate {
      @event('Barked')
      bark() {}
    }
    const dog = new ZooDog();
    dog.bark();
    expect(dog.collectEvents().map((e) => e.type)).toEqual(['zoo.animals.Dog.Registered', 'zoo.animals.Dog.Barked']);
  });
});

describe('the names of parameters', () => {
  test.each([['a b'], ['1a'], [''], ['a.b'], [undefined], [5], ['__proto__'], ['constructor'], ['prototype']])(
    '%j is refused',
    (name) => {
      expectCode(() => loose('Added', name), 'ES_EVENT_PARAMETERS', /event\("Added"/);
    },
  );

  test('cannot repeat', () => {
    expectCode(() => loose('Added', 'a', 'b', 'a'), 'ES_EVENT_PARAMETERS', /\ba twice/);
  });

  test('are as many as the parameters', () => {
    expectCode(
      () => {
        class Few extends Aggregate {
          @loose('Added', 'a')
          add(a: number, b: number) {
            return a + b;
          }
        }
        return Few;
      },
      'ES_EVENT_PARAMETERS',
      /method add has 2/,
      /names 1 \(a\)/,
    );
    expectCode(
      () => {
        @loose('Many.Made', 'a', 'b')
        class Many extends Aggregate {
          readonly a: number;
          constructor(a: number) {
            super();
            this.a = a;
          }
        }
        return Many;
      },
      'ES_EVENT_PARAMETERS',
      /constructor of class Many has 1/,
      /names 2 \(a, b\)/,
    );
  });

  test('have no defaults and no rest, since replay would evaluate them again', () => {
    expectCode(
      () => {
        class Default extends Aggregate {
          @loose('Added', 'a')
          add(a = 1) {
            return a;
          }
        }
        return Default;
      },
      'ES_EVENT_PARAMETERS',
      /default/,
    );
    expectCode(
      () => {
        class Rest extends Aggregate {
          @loose('Added')
          add(...all: number[]) {
            return all;
          }
        }
        return Rest;
      },
      'ES_EVENT_PARAMETERS',
      /method add has 0 recordable parameters and one with \.\.\./,
    );
    expectCode(() => {
      class LateRest extends Aggregate {
        @loose('Added', 'a')
        add({ b }: { b: string }, ...all: string[]) {
          return [b, all];
        }
      }
      return LateRest;
    }, 'ES_EVENT_PARAMETERS');
    expectCode(() => {
      @loose('Made.Up', 'a')
      class DefaultConstructor extends Aggregate {
        readonly a: number;
        constructor(a = 1) {
          super();
          this.a = a;
        }
      }
      return DefaultConstructor;
    }, 'ES_EVENT_PARAMETERS');
    expectCode(() => {
      @loose('Made.Up')
      class RestConstructor extends Aggregate {
        readonly all: number[];
        constructor(...all: number[]) {
          super();
          this.all = all;
        }
      }
      return RestConstructor;
    }, 'ES_EVENT_PARAMETERS');
  });

  test('may be destructured, or left out of a call', () => {
    @event('Shop.Opened')
    class Shop extends Aggregate {
      log: unknown[] = [];
      @event('Sold', 'item', 'to')
      sell({ name, tags: [first = 'none'] }: { name: string; tags: string[] }, to?: string) {
        this.log.push(name, first, to);
      }
    }
    const shop = new Shop();
    shop.sell({ name: 'hat', tags: [] });
    expect(shop.log).toEqual(['hat', 'none', undefined]);
    expect(shop.pendingEvents[1]?.payload).toEqual({ item: { name: 'hat', tags: [] } });
    expect(Shop.replay(shop.collectEvents()).equals(shop)).toBe(true);
  });
});

describe('what an event stands above', () => {
  test('is not an async method or a generator', () => {
    expectCode(
      () => {
        class Async extends Aggregate {
          @loose('Waited')
          async wait() {}
        }
        return Async;
      },
      'ES_EVENT_TARGET',
      /method wait, which is async/,
    );
    expectCode(
      () => {
        class Generator extends Aggregate {
          @loose('Counted')
          *count() {
            yield 1;
          }
        }
        return Generator;
      },
      'ES_EVENT_TARGET',
      /a generator/,
    );
    expectCode(
      () => {
        class AsyncGenerator extends Aggregate {
          @loose('Counted')
          async *count() {
            yield 1;
          }
        }
        return AsyncGenerator;
      },
      'ES_EVENT_TARGET',
      /async/,
    );
  });

  test('is not static, #private, a field, a getter, a setter or an accessor', () => {
    const defined: [() => unknown, RegExp][] = [
      [
        () =>
          class A extends Aggregate {
            @loose('Barked')
            static bark() {}
          },
        /a static method/,
      ],
      [
        () =>
          class B extends Aggregate {
            @loose('Barked')
            #bark() {}
            bark() {
              this.#bark();
            }
          },
        /#private method/,
      ],
      [
        () =>
          class C extends Aggregate {
            @loose('Barked')
            bark = () => {};
          },
        /a field/,
      ],
      [
        () =>
          class D extends Aggregate {
            @loose('Barked')
            get bark() {
              return 1;
            }
          },
        /a getter/,
      ],
      [
        () =>
          class E extends Aggregate {
            @loose('Barked', 'value')
            set bark(_value: number) {}
          },
        /a setter/,
      ],
      [
        () =>
          class F extends Aggregate {
            @loose('Barked')
            accessor bark = 1;
          },
        /an? accessor/,
      ],
    ];
    for (const [define, message] of defined) expectCode(define, 'ES_EVENT_TARGET', message);
  });

  test('is not a method that every aggregate has', () => {
    expectCode(
      () =>
        class Clash extends Aggregate {
          @loose('Collected')
          override collectEvents() {
            return [];
          }
        },
      'ES_EVENT_TARGET',
      /collectEvents, .* has a name that means something else in every aggregate/,
    );
  });

  test('is not a class of another kind', () => {
    expectCode(
      () => {
        @loose('Plain.Made')
        class Plain {}
        return Plain;
      },
      'ES_NOT_AN_AGGREGATE',
      /class Plain/,
    );
  });

  test('may have a symbol for a name', () => {
    const bark = Symbol('bark');
    @event('Dog.Registered')
    class SymbolDog extends Aggregate {
      barks = 0;
      @event('Barked')
      [bark]() {
        this.barks += 1;
      }
    }
    const dog = new SymbolDog();
    dog[bark]();
    expect(SymbolDog.replay(dog.collectEvents()).barks).toBe(1);
  });
});

describe('one event per method, one method per event', () => {
  test('two created events on one class are refused; one of them, chosen, works', () => {
    const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
    const Imported = event.of<{ name: string }>()('Dog.Imported', 'name');
    expectCode(
      () => {
        @Imported
        @Registered
        class Two extends Aggregate {
          constructor(readonly name: string) {
            super();
          }
        }
        return Two;
      },
      'ES_EVENT_DUPLICATE',
      /Dog\.Registered/,
      /Dog\.Imported/,
    );

    @Registered
    class One extends Aggregate {
      constructor(readonly name: string) {
        super();
      }
    }
    @event('ImportedDog.Imported', 'name')
    class Other extends One {}
    expect(new One('Fido').pendingEvents[0]?.type).toBe('Dog.Registered');
    expect(new Other('Fido').pendingEvents[0]?.type).toBe('ImportedDog.Imported');
  });

  test('one event on two methods is refused', () => {
    expectCode(
      () =>
        class Twice extends Aggregate {
          @event('Added')
          add() {}
          @event('Added')
          append() {}
        },
      'ES_EVENT_DUPLICATE',
      /Added/,
      /add\b/,
      /append/,
    );
  });

  test('also when one is held, inherited, or the created event', () => {
    const Added = event.of<{ item: string }>()('Added', 'item');
    expectCode(
      () =>
        class Held extends Aggregate {
          @Added
          add(item: string) {
            return item;
          }
          @Added
          append(item: string) {
            return item;
          }
        },
      'ES_EVENT_DUPLICATE',
    );
    class Heir extends Dog {
      static topic = 'Heir';
      @event('TrickAdded', 'trick')
      learn(trick: string) {
        this.tricks.push(trick);
      }
    }
    expectCode(() => new Heir('Fido'), 'ES_EVENT_DUPLICATE', /TrickAdded/, /learn/, /addTrick/);
    expectCode(
      () => {
        @event('Dog.Registered')
        class Again extends Aggregate {
          @event('Registered')
          register() {}
        }
        return Again;
      },
      'ES_EVENT_DUPLICATE',
      /Registered/,
    );
  });

  test('two events on one method are refused', () => {
    expectCode(
      () =>
        class Both extends Aggregate {
          @event('Added')
          @event('Appended')
          add() {}
        },
      'ES_EVENT_DUPLICATE',
      /Appended and Added/,
    );
  });
});

describe('legacy and missing decorators', () => {
  test('experimentalDecorators is detected', () => {
    const method = { value() {}, writable: true, enumerable: false, configurable: true };
    const legacyMethod = () => Reflect.apply(event('Added'), undefined, [Dog.prototype, 'add', method]);
    const legacyClass = () => Reflect.apply(event('Dog.Registered'), undefined, [class extends Aggregate {}]);
    expectCode(legacyMethod, 'ES_DECORATORS', /experimentalDecorators/);
    expectCode(legacyClass, 'ES_DECORATORS', /experimentalDecorators/);
  });

  test('a compiler without decorator metadata is detected', () => {
    expectCode(
      () => loose('Added')(() => undefined, { kind: 'method', name: 'add', static: false, private: false }),
      'ES_DECORATORS',
      /metadata/,
    );
  });

  test('another decorator on the same method does not hide the event', () => {
    const calls: string[] = [];
    function logged(method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext) {
      return function (this: unknown, ...args: unknown[]) {
        calls.push(String(context.name));
        return Reflect.apply(method, this, args);
      };
    }
    @event('Dog.Registered')
    class Logged extends Aggregate {
      barks = 0;
      @logged
      @event('Barked')
      bark() {
        this.barks += 1;
      }
    }
    const dog = new Logged();
    dog.bark();
    expect(calls).toEqual(['bark']);
    expect(Logged.replay(dog.collectEvents()).barks).toBe(1);
    expect(calls).toEqual(['bark']);
  });

  test('a class without a created event says what to write', () => {
    class Bare extends Aggregate {
      @event('Barked')
      bark() {}
    }
    expectCode(() => new Bare(), 'ES_TOPIC_MISSING', /@event\('Bare\.Registered'/);
    class Plain extends Aggregate {}
    expectCode(() => new Plain(), 'ES_TOPIC_MISSING', /class Plain has no created event/);
  });

  test('a base class without a created event hands on its methods', () => {
    abstract class Animal extends Aggregate {
      sounds = 0;
      @event('SoundMade')
      makeSound() {
        this.sounds += 1;
      }
    }
    @event('Cat.Born')
    class Cat extends Animal {}
    const cat = new Cat();
    cat.makeSound();
    expect(cat.collectEvents().map((e) => e.type)).toEqual(['Cat.Born', 'Cat.SoundMade']);
  });
});

describe('subclasses', () => {
  test('state a topic', () => {
    class Puppy extends Dog {}
    expectCode(() => new Puppy('Bit'), 'ES_TOPIC_MISSING', /static topic = 'Puppy'/);
    class Odd extends Dog {
      static topic = '';
    }
    expectCode(() => new Odd('Bit'), 'ES_EVENT_NAME', /Odd/);
    @event('Pup.Born', 'name')
    class Both extends Dog {
      static topic = 'Puppy';
    }
    expectCode(() => new Both('Bit'), 'ES_TOPIC_DUPLICATE', /Pup/, /Puppy/);
  });

  test('with a constructor of their own need an event of their own', () => {
    class Puppy extends Dog {
      static topic = 'Puppy';
      constructor(first: string, last: string) {
        super(`${first} ${last}`);
      }
    }
    expectCode(() => new Puppy('A', 'B'), 'ES_EVENT_PARAMETERS', /@event\('Puppy\.Registered'/);
  });
});

describe('other static members', () => {
  test('are checked', () => {
    @event('Dog.Registered')
    class A extends Aggregate {
      static initialVersion = -1;
    }
    expectCode(() => new A(), 'ES_INVALID_ARGUMENT', /initialVersion/);
    @event('Dog.Registered')
    class B extends Aggregate {
      static createId = 'id';
    }
    expectCode(() => new B(), 'ES_INVALID_ARGUMENT', /createId/);
    @event('Dog.Registered')
    class C extends Aggregate {
      static transcodings = [{ name: 'money' }];
    }
    expectCode(() => new C(), 'ES_TRANSCODING', /Item 0/);
    @event('Dog.Registered')
    class D extends Aggregate {
      static transcodings = 'money';
    }
    expectCode(() => new D(), 'ES_TRANSCODING', /array/);
  });
});

describe('an application', () => {
  @event('Dog.Registered')
  class OtherDog extends Aggregate {}

  test('lists aggregates, each topic once', () => {
    class Twice extends Application {
      static aggregates = [Dog, OtherDog];
    }
    expectCode(() => new Twice(), 'ES_TOPIC_DUPLICATE', /Twice\.aggregates/, /topic Dog/, /class OtherDog/);
    class Same extends Application {
      static aggregates = [Dog, Dog];
    }
    expectCode(() => new Same(), 'ES_TOPIC_DUPLICATE');
    class Wrong extends Application {
      static aggregates = [Dog, class {}, undefined];
    }
    expectCode(() => new Wrong(), 'ES_NOT_AN_AGGREGATE', /Item 1/);
    class Missing extends Application {
      static aggregates = [undefined];
    }
    expectCode(() => new Missing(), 'ES_NOT_AN_AGGREGATE', /Item 0/, /circular import/);
    class NoArray extends Application {
      static aggregates = Dog;
    }
    expectCode(() => new NoArray(), 'ES_NOT_AN_AGGREGATE', /array/);
    class NoTopic extends Application {
      static aggregates = [class Puppy extends Dog {}];
    }
    expectCode(() => new NoTopic(), 'ES_TOPIC_MISSING', /Puppy/);
  });

  test('may define an aggregate again that another application has', () => {
    class One extends Application {
      static aggregates = [Dog];
    }
    class Two extends Application {
      static aggregates = [OtherDog];
    }
    expect([new One().name, new Two().name]).toEqual(['One', 'Two']);
  });

  test('has aliases that lead to what is there, and hide nothing', () => {
    class Nowhere extends Application {
      static aggregates = [Dog];
      static aliases = { Hound: 'Wolf' };
    }
    expectCode(() => new Nowhere(), 'ES_TOPIC_MISSING', /Hound is now Wolf/);
    class Hiding extends Application {
      static aggregates = [Dog];
      static aliases = { 'Dog.TrickAdded': 'Dog.Registered' };
    }
    expectCode(() => new Hiding(), 'ES_TOPIC_DUPLICATE', /in use/);
    class Odd extends Application {
      static aggregates = [Dog];
      static aliases = { Hound: Dog };
    }
    expectCode(() => new Odd(), 'ES_TOPIC_MISSING', /aliases/);
  });

  test('has transcodings that can be told apart', () => {
    class Money {
      readonly cents = 0;
    }
    class Weight {
      readonly grams = 0;
    }
    const plan = { encode: () => 0, decode: () => new Money() };
    const listing = (...transcodings: unknown[]) => {
      @event('Account.Opened')
      class Account extends Aggregate {
        static transcodings = transcodings;
      }
      return class Bank extends Application {
        static aggregates = [Account];
      };
    };
    const money = transcoding(Money, { name: 'money', ...plan });
    const weight = { encode: () => 0, decode: () => new Weight() };
    const bad = [
      listing(money, transcoding(Weight, { name: 'money', ...weight })),
      listing(money, transcoding(Money, { name: 'cash', ...plan })),
      listing(transcoding(Weight, { name: 'weight', formerNames: ['money'], ...weight }), money),
      listing(transcoding(Money, { name: 'map', ...plan })),
    ];
    for (const Bank of bad) expect(errorOf(() => new Bank()).code).toBe('ES_TRANSCODING');
    expect(() => new (listing(money, money))()).not.toThrow();
  });
});
