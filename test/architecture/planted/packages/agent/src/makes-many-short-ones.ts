// violates: nothing
export function steps() {
  return {
    step0: (): number => {
      const value = 0;
      return value;
    },
    step1: (): number => {
      const value = 1;
      return value;
    },
    step2: (): number => {
      const value = 2;
      return value;
    },
    step3: (): number => {
      const value = 3;
      return value;
    },
    step4: (): number => {
      const value = 4;
      return value;
    },
    step5: (): number => {
      const value = 5;
      return value;
    },
    step6: (): number => {
      const value = 6;
      return value;
    },
    step7: (): number => {
      const value = 7;
      return value;
    },
    step8: (): number => {
      const value = 8;
      return value;
    },
    step9: (): number => {
      const value = 9;
      return value;
    },
    step10: (): number => {
      const value = 10;
      return value;
    },
    step11: (): number => {
      const value = 11;
      return value;
    },
    step12: (): number => {
      const value = 12;
      return value;
    },
    step13: (): number => {
      const value = 13;
      return value;
    },
    step14: (): number => {
      const value = 14;
      return value;
    },
    step15: (): number => {
      const value = 15;
      return value;
    },
  };
}
